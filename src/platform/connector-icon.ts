/** Drawings for connectors, by the name that stands in `connectors[].icon`: types of connectors, common products, things. */
export const connectorIconNames = [
  ...["active-directory", "adfs", "atlassian-crowd", "auth0", "authentik", "authproxy", "bitbucket-cloud"],
  ...["branch", "building", "cloud", "directory", "entra-id", "forgejo", "gitea", "github", "gitlab", "globe"],
  ...["google", "key", "keycloak", "keystone", "ldap", "linkedin", "local", "microsoft", "mockCallback"],
  ...["mockPassword", "oauth", "oidc", "okta", "openshift", "people", "saml", "shield", "zitadel"],
] as const;
export type ConnectorIconName = (typeof connectorIconNames)[number];

export function findConnectorIconName(text: string): ConnectorIconName | undefined {
  return connectorIconNames.find((name) => name.toLowerCase() === text.toLowerCase());
}
