/** Of a type that only logs people in; what it can do besides is added. */
export const onlyLogin = {
  refresh: "never",
  groups: "never",
  preferredUsername: "never",
  logout: "never",
  exchange: "never",
  negotiate: "never",
} as const;
