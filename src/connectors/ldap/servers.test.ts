import { describe, expect, it } from "vitest";
import { createServerList, findServer } from "./servers.js";

describe("a server's name", () => {
  it.each([
    ["ldap.example", "tls", "ldap.example", 636],
    ["ldap.example", "starttls", "ldap.example", 389],
    ["ldap.example", "plain", "ldap.example", 389],
    ["ldap.example:3269", "starttls", "ldap.example", 3269],
    ["10.0.0.1:1389", "plain", "10.0.0.1", 1389],
    ["::1", "tls", "::1", 636],
    ["[::1]", "plain", "::1", 389],
    ["[fe80::1]:636", "tls", "fe80::1", 636],
  ] as const)("%s with %s is %s port %i (dex-connectors O-26)", (text, security, host, port) => {
    expect(findServer(text, security)).toMatchObject({ host, port });
  });

  it.each(["", "ldap://x", "a b", "x:", "x:0", "x:70000", "[x]:1", "x:1:2", "x/y"])("%j is none", (text) => {
    expect(findServer(text, "plain")).toBeUndefined();
  });
});

describe("several servers", () => {
  const [first, second, third] = ["a:1", "b:1", "c:1"].map((name) => findServer(name, "plain"));

  it("are tried in their order, those that failed within half a minute last", () => {
    if (first === undefined || second === undefined || third === undefined) throw new Error("no servers");
    let now = 0;
    const list = createServerList([first, second, third], () => now);
    list.markDown(first);
    expect(list.order()).toEqual([second, third, first]);
    list.markDown(second);
    expect(list.order()).toEqual([third, first, second]);
    list.markUp(second);
    expect(list.order()).toEqual([second, third, first]);
    now = 30_000;
    expect(list.order()).toEqual([first, second, third]);
  });
});
