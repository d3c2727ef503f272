import type { ConnectorStand } from "../stand.js";
import { atlassianCrowdStand } from "./atlassian-crowd.js";
import { authproxyStand } from "./authproxy.js";
import { bitbucketCloudStand } from "./bitbucket-cloud.js";
import { giteaStand } from "./gitea.js";
import { githubStand } from "./github.js";
import { gitlabStand } from "./gitlab.js";
import { googleStand } from "./google.js";
import { keycloakStand } from "./keycloak.js";
import { keystoneStand } from "./keystone.js";
import { ldapStand } from "./ldap.js";
import { linkedInStand } from "./linkedin.js";
import { localStand } from "./local.js";
import { microsoftStand } from "./microsoft.js";
import { mockCallbackStand } from "./mock-callback.js";
import { mockPasswordStand } from "./mock-password.js";
import { oauthStand } from "./oauth.js";
import { lastingStand, rotatingStand } from "./oauth2-simulator.js";
import { oidcStand } from "./oidc.js";
import { openShiftStand } from "./openshift.js";
import { samlExperimentalStand, samlStand } from "./saml.js";
import { postedStand, proxiedStand } from "./without-upstream.js";

/** With the other lists every type that the contract runs over: three lists, for three files that run at once. */
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

/** Types with an upstream that no browser is redirected to: it is asked for a password, posted to, or stands before us. */
export const standsWithoutRedirect: readonly ConnectorStand[] = [
  atlassianCrowdStand,
  authproxyStand,
  keystoneStand,
  ldapStand,
  samlStand,
  samlExperimentalStand,
];
