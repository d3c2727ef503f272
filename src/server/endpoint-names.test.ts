import { describe, expect, it } from "vitest";
import { createEndpointNames } from "./endpoint-names.js";

describe("the name of an endpoint", () => {
  it.each([
    ["/dex", "home"],
    ["/dex/token", "token"],
    ["/dex/keys", "jwks"],
    ["/dex/auth/:connector/login", "password"],
    ["/dex/callback/:connector", "callback"],
    ["/dex/healthz/live", "health"],
    ["/dex/.well-known/openid-configuration", "discovery"],
    ["/.well-known/oauth-authorization-server/dex", "discovery"],
    ["/dex/static/latchkey.0123456789ab.css", "assets"],
  ])("of the route %s is %s", (route, name) => {
    expect(createEndpointNames("/dex")(route)).toBe(name);
  });

  it.each(["/", "/token", "/dex/", "/dex/token/", "/dex/auth/github", "/wp-login.php"])(
    "of %s, which is no route, is unknown",
    (path) => {
      expect(createEndpointNames("/dex")(path)).toBe("unknown");
    },
  );

  it("is found at the root of the host too", () => {
    const nameOf = createEndpointNames("");
    expect([nameOf("/"), nameOf("/token"), nameOf("/dex/token")]).toEqual(["home", "token", "unknown"]);
  });
});
