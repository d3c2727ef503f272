import { describe, expect, it } from "vitest";
import { loadText, smallestConfig } from "../../../test/support/config-text.js";

const head = smallestConfig.split("\n").slice(0, 3).join("\n");

async function errorsOf(settings: string): Promise<readonly string[]> {
  const config = `{clientID: a, clientSecret: b, ${settings}}`;
  const { errors } = await loadText(`${head}\nconnectors: [{type: github, id: g, name: G, config: ${config}}]\n`);
  return errors.map((line) => line.slice(line.indexOf("connectors.0.config.") + 20));
}

describe("the settings of a github connector", () => {
  it.each([
    "redirectURI: '', org: '', orgs: [], hostName: '', teamNameField: '', preferredEmailDomain: ''",
    "orgs: [{name: acme, teams: [ops]}], teamNameField: both, loadAllGroups: true",
    "hostName: git.example.com:8443, preferredEmailDomain: '*.example.com'",
    "baseURL: https://acme.ghe.com/, apiURL: https://api.acme.ghe.com",
  ])("are right: %s", async (settings) => {
    expect(await errorsOf(settings)).toEqual([]);
  });

  it.each([
    ["org: a, orgs: [{name: b}]", "org: org and orgs exclude each other"],
    ["teamNameField: title", "teamNameField: must be one of name, slug, both"],
    ["preferredEmailDomain: example.*", "preferredEmailDomain: must not end with *"],
    ["hostName: https://git.example.com", "hostName: must be a host name, without https:// and path"],
    [
      "hostName: a, baseURL: https://b.example, apiURL: https://c.example",
      "hostName: hostName excludes baseURL and apiURL",
    ],
    ["baseURL: https://b.example", "baseURL: baseURL and apiURL go together"],
    ["baseURL: ftp://b.example, apiURL: https://c.example", "baseURL: must be an http or https URL without ? and #"],
    ["orgs: [{teams: [ops]}]", "orgs.0.name: is required"],
  ])("are told where they are wrong: %s", async (settings, message) => {
    expect(await errorsOf(settings)).toEqual([message]);
  });
});
