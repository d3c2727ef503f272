import { describeWithToolchain } from "../support/toolchains.js";
import { describeRelyingParty } from "./describe-relying-party.js";
import { startLineProgram } from "./line-program.js";

describeWithToolchain("java", "Nimbus OAuth 2.0 SDK with OpenID Connect", ({ program }) => {
  describeRelyingParty({
    start: () => startLineProgram(program, { canRevoke: true }),
    // Its IDTokenValidator selects keys by Java's key types and finds none for Ed25519.
    algorithms: ["RS256", "ES256"],
    checksAtHash: true,
  });
});
