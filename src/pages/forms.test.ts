import { describe, expect, it } from "vitest";
import { type WalkedElement, walkHtml } from "../../test/support/walk-html.js";
import { type ConsentView, renderConsent } from "./consent.js";
import { type PasswordView, renderPassword } from "./password.js";
import { renderRepost } from "./repost.js";

const site = {
  productName: "Example Works",
  assets: { stylesheetUrl: "/s/latchkey.css", scriptUrl: "/s/latchkey.js", iconUrl: "/s/icon.svg" },
};

const passwordView: PasswordView = {
  site,
  clientName: "Photos",
  clientId: "photos",
  connectorName: "Staff directory",
  action: "/dex/auth/staff/login?flow=sealed",
  flow: "sealed",
  usernameLabel: "Email Address",
  username: "",
};

const consentView: ConsentView = {
  site,
  clientName: "Photos",
  clientId: "photos",
  redirectHost: "photos.example.com",
  person: { name: "Robin Example", email: "robin@example.com" },
  scopes: [],
  action: "/dex/approval?req=sealed&hmac=mark",
  flow: "sealed",
  otherAccountUrl: "/dex/auth?flow=sealed&prompt=select_account",
};

function walkPassword(view: Partial<PasswordView>): readonly WalkedElement[] {
  return walkHtml(renderPassword({ ...passwordView, ...view }).body);
}

function byId(elements: readonly WalkedElement[], id: string): WalkedElement | undefined {
  return elements.find((element) => element.attributes.get("id") === id);
}

function focused(elements: readonly WalkedElement[]): string | undefined {
  return elements.find(({ attributes }) => attributes.has("autofocus"))?.attributes.get("id");
}

function titleOf(elements: readonly WalkedElement[]): string | undefined {
  return elements.find(({ name }) => name === "title")?.text;
}

/** Text as a person reads it: without tags. */
function readable(body: string): string {
  return body.replace(/<[^>]*>/g, "").replace(/\s+/g, " ");
}

describe("password form", () => {
  it("has the names and ids that automation written for Dex relies on (dex-behaviour §10)", () => {
    const elements = walkPassword({});
    const form = elements.find(({ name }) => name === "form")?.attributes;
    expect(form?.get("method")).toBe("post");
    expect(form?.get("action")).toBe("/dex/auth/staff/login?flow=sealed");
    expect(byId(elements, "login")?.attributes.get("name")).toBe("login");
    expect(byId(elements, "password")?.attributes.get("name")).toBe("password");
    expect(byId(elements, "submit-login")?.name).toBe("button");
    expect(byId(elements, "login-error")).toBeUndefined();
    const hidden = elements.find(({ attributes }) => attributes.get("type") === "hidden")?.attributes;
    expect([hidden?.get("name"), hidden?.get("value")]).toEqual(["req", "sealed"]);
  });

  it("never posts a password to another host: a foreign action is left out, and the form returns to its own address", () => {
    for (const action of ["//evil.example.com/login", "https://evil.example.com/", "/\\evil.example.com"]) {
      expect(
        walkPassword({ action })
          .find(({ name }) => name === "form")
          ?.attributes.has("action"),
      ).toBe(false);
    }
  });

  it("puts the focus where typing goes on", () => {
    expect(focused(walkPassword({}))).toBe("login");
    expect(focused(walkPassword({ username: "robin" }))).toBe("password");
    expect(focused(walkPassword({ username: "robin", problem: { kind: "mismatch" } }))).toBe("password");
    expect(focused(walkPassword({ problem: { kind: "missing", username: true, password: false } }))).toBe("login");
    expect(focused(walkPassword({ problem: { kind: "missing", username: false, password: true } }))).toBe("password");
    expect(focused(walkPassword({ problem: { kind: "missing", username: true, password: true } }))).toBe("login-error");
  });

  it("says Error in the title of a form that came back, and keeps the user name", () => {
    const elements = walkPassword({ username: "robin@example.com", problem: { kind: "mismatch" } });
    expect(titleOf(elements)).toBe("Error: Sign in to Photos – Example Works");
    expect(byId(elements, "login")?.attributes.get("value")).toBe("robin@example.com");
    expect(byId(elements, "password")?.attributes.has("value")).toBe(false);
    expect(byId(elements, "password")?.attributes.get("aria-invalid")).toBe("true");
    expect(byId(elements, "login-error")?.attributes.get("role")).toBe("alert");
  });

  it("names the fields by the connector's label", () => {
    const mismatch = renderPassword({ ...passwordView, problem: { kind: "mismatch" } });
    expect(readable(mismatch.body)).toContain("That email address and password don’t match.");
    const missing = renderPassword({ ...passwordView, problem: { kind: "missing", username: true, password: true } });
    expect(readable(missing.body)).toContain("Type your email address.");
    expect(readable(missing.body)).toContain("Type your password.");
  });

  it("stays usable while it asks to wait, and does not blame the person", () => {
    const elements = walkPassword({ problem: { kind: "busy", seconds: 5 } });
    expect(titleOf(elements)).toBe("Wait 5 seconds: Sign in to Photos – Example Works");
    expect(elements.some(({ attributes }) => attributes.has("disabled"))).toBe(false);
    expect(elements.find(({ attributes }) => attributes.has("data-countdown"))?.text).toBe("5 seconds");
  });
});

describe("consent form", () => {
  function walkConsent(view: Partial<ConsentView>): readonly WalkedElement[] {
    return walkHtml(renderConsent({ ...consentView, ...view }).body);
  }

  it("has two forms that post req and approval (dex-behaviour §3.7)", () => {
    const elements = walkConsent({});
    const forms = elements.filter(({ name }) => name === "form");
    expect(forms.map(({ attributes }) => attributes.get("action"))).toEqual([consentView.action, consentView.action]);
    const hidden = elements
      .filter(({ attributes }) => attributes.get("type") === "hidden")
      .map(({ attributes }) => [...attributes.values()].slice(1));
    expect(hidden).toEqual([
      ["req", "sealed"],
      ["approval", "approve"],
      ["req", "sealed"],
      ["approval", "rejected"],
    ]);
  });

  it("shows the person's own values, of groups the first three", () => {
    const page = renderConsent({
      ...consentView,
      scopes: [
        { kind: "profile", values: ["Robin Example", "robin"] },
        { kind: "email", values: ["robin@example.com"] },
        { kind: "groups", values: ["staff", "photo-club", "building-2", "a", "b", "c", "d"] },
        { kind: "offline", values: [], idleMs: 30 * 86_400_000 },
      ],
    });
    const text = readable(page.body);
    expect(text).toContain("Robin Example, robin");
    expect(text).toContain("staff, photo-club, building-2 and 4 more");
    expect(text).toContain("Ends after 30 days without use");
    expect(text).toContain("Allow Photos to use your account?");
  });

  it("says so where a person is in no group, and where three are all", () => {
    expect(readable(renderConsent({ ...consentView, scopes: [{ kind: "groups", values: [] }] }).body)).toContain(
      "You are in no group just now",
    );
    expect(
      readable(renderConsent({ ...consentView, scopes: [{ kind: "groups", values: ["a", "b", "c"] }] }).body),
    ).not.toContain("more");
  });

  it("asks for less where nothing personal is wanted", () => {
    const text = readable(renderConsent(consentView).body);
    expect(text).toContain("Continue to Photos?");
    expect(text).toContain("asks for no personal details");
  });

  it("isolates what comes from outside, so that a direction override can't turn the sentence", () => {
    const elements = walkConsent({ person: { name: "\u202eniboR", email: "robin@example.com" } });
    expect(elements.filter(({ name }) => name === "bdi").map(({ text }) => text)).toContain("\u202eniboR");
  });

  it("names the app where there is no host to go back to", () => {
    const page = renderConsent({ ...consentView, redirectHost: "" });
    expect(readable(page.body)).toContain("Either way you go back to Photos.");
  });
});

describe("repost page", () => {
  it("carries every field in order, also one that comes twice, and sends itself", () => {
    const elements = walkHtml(
      renderRepost({
        site,
        action: "/dex/callback",
        fields: [
          ["SAMLResponse", "PHNhbWw+"],
          ["RelayState", "a"],
          ["RelayState", "b"],
        ],
      }).body,
    );
    expect(elements.find(({ name }) => name === "form")?.attributes.has("data-autosubmit")).toBe(true);
    const fields = elements
      .filter(({ name }) => name === "input")
      .map(({ attributes }) => `${attributes.get("name")}=${attributes.get("value")}`);
    expect(fields).toEqual(["SAMLResponse=PHNhbWw+", "RelayState=a", "RelayState=b"]);
  });
});
