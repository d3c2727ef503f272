import { describeWithToolchain } from "../support/toolchains.js";
import { describeRelyingParty } from "./describe-relying-party.js";
import { startLineProgram } from "./line-program.js";

describeWithToolchain("go", "go-oidc with golang.org/x/oauth2", ({ program }) => {
  describeRelyingParty({
    start: () => startLineProgram(program, { canRevoke: false }),
    checksAtHash: true,
  });
});
