import type { ConnectorStand } from "../stand.js";
import { atlassianCrowdStand } from "./atlassian-crowd.js";
import { authproxyStand } from "./authproxy.js";
import { bitbucketCloudStand } from "./bitbucket-cloud.js";
import { giteaStand } from "./gitea.js";
import { githubStand } from "./github.js";
import { gitlabStand } from "./gitlab.js";
import { keystoneStand } from "./keystone.js";
import { ldapStand } from "./ldap.js";
import { localStand } from "./local.js";
import { mockCallbackStand } from "./mock-callback.js";
import { mockPasswordStand } from "./mock-password.js";
import { lastingStand, rotatingStand } from "./oauth2-simulator.js";
import { samlExperimentalStand, samlStand } from "./saml.js";
import { postedStand, proxiedStand } from "./without-upstream.js";

/** With `standsWithoutRedirect` every type that the contract runs over: two lists, for two files that run at once. */
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

/** Types with an upstream that no browser is redirected to: it is asked for a password, posted to, or stands before us. */
export const standsWithoutRedirect: readonly ConnectorStand[] = [
  atlassianCrowdStand,
  authproxyStand,
  keystoneStand,
  ldapStand,
  samlStand,
  samlExperimentalStand,
];

/** Types of the catalogue that have no stand yet, though each has suites of its own. */
export const typesWithoutStand: readonly string[] = [
  "google",
  "keycloak",
  "linkedin",
  "microsoft",
  "oauth",
  "oidc",
  "openshift",
];
