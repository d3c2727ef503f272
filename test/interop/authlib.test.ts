import { describeWithToolchain } from "../support/toolchains.js";
import { describeRelyingParty } from "./describe-relying-party.js";
import { startLineProgram } from "./line-program.js";

describeWithToolchain("python", "Authlib", ({ program }) => {
  describeRelyingParty({
    start: () => startLineProgram(program, { canRevoke: true }),
    checksAtHash: true,
  });
});
