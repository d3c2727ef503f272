import type { ConnectorStand } from "../stand.js";
import { bitbucketCloudStand } from "./bitbucket-cloud.js";
import { giteaStand } from "./gitea.js";
import { githubStand } from "./github.js";
import { gitlabStand } from "./gitlab.js";
import { localStand } from "./local.js";
import { mockCallbackStand } from "./mock-callback.js";
import { mockPasswordStand } from "./mock-password.js";
import { lastingStand, rotatingStand } from "./oauth2-simulator.js";
import { postedStand, proxiedStand } from "./without-upstream.js";

/** Every type that the contract runs over. */
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

/** Types of the catalogue that have no stand yet, though each has suites of its own. */
export const typesWithoutStand: readonly string[] = [
  "atlassian-crowd",
  "authproxy",
  "google",
  "keycloak",
  "keystone",
  "ldap",
  "linkedin",
  "microsoft",
  "oauth",
  "oidc",
  "openshift",
  "saml",
  "samlExperimental",
];
