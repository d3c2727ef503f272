import type { ConnectorStand } from "../stand.js";
import { bitbucketCloudStand } from "./bitbucket-cloud.js";
import { giteaStand } from "./gitea.js";
import { githubStand } from "./github.js";
import { gitlabStand } from "./gitlab.js";
import { googleStand } from "./google.js";
import { keycloakStand } from "./keycloak.js";
import { linkedInStand } from "./linkedin.js";
import { localStand } from "./local.js";
import { microsoftStand } from "./microsoft.js";
import { mockCallbackStand } from "./mock-callback.js";
import { mockPasswordStand } from "./mock-password.js";
import { oauthStand } from "./oauth.js";
import { lastingStand, rotatingStand } from "./oauth2-simulator.js";
import { oidcStand } from "./oidc.js";
import { openShiftStand } from "./openshift.js";
import { postedStand, proxiedStand } from "./without-upstream.js";

/** Every type that the contract runs over, besides those of the other list. */
export const stands: readonly ConnectorStand[] = [
  bitbucketCloudStand,
  giteaStand,
  githubStand,
  gitlabStand,
  lastingStand,
  localStand,
  mockCallbackStand,
  mockPasswordStand,
  postedStand,
  proxiedStand,
  rotatingStand,
];

/** Identity providers that are no forges: in a test file of their own, for the time that they take. */
export const providerStands: readonly ConnectorStand[] = [
  googleStand,
  keycloakStand,
  linkedInStand,
  microsoftStand,
  oauthStand,
  oidcStand,
  openShiftStand,
];

/** Types of the catalogue that have no stand yet, though each has suites of its own. */
export const typesWithoutStand: readonly string[] = [
  "atlassian-crowd",
  "authproxy",
  "keystone",
  "ldap",
  "saml",
  "samlExperimental",
];
