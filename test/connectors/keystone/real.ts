import type { KeystoneStand } from "./stand.js";

/** A real Keystone at this address (without `/v3`), and the password of the `admin` that `keystone-manage bootstrap` made. */
export async function openRealKeystone(url: string, password: string): Promise<KeystoneStand> {
  const created: string[] = [];
  const token = await authenticate(url, password);

  async function send(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const response = await fetch(`${url}/v3${path}`, {
      method,
      headers: { "x-auth-token": token, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    const text = await response.text();
    return text === "" ? {} : JSON.parse(text);
  }

  async function create(kind: "domain" | "user" | "group", fields: object): Promise<string> {
    const answer = await send("POST", `/${kind}s`, { [kind]: fields });
    const id = String(Reflect.get(Object(answer[kind]), "id"));
    created.unshift(`${kind}s/${id}`);
    return id;
  }

  const members = (userId: string, groupId: string): string => `/groups/${groupId}/users/${userId}`;
  return {
    url,
    admin: { name: "admin", password },
    defaultDomainId: "default",
    createDomain: (name) => create("domain", { name }),
    createUser: ({ domainId, ...user }) => create("user", { ...user, domain_id: domainId }),
    changeUser: async (id, user) => void (await send("PATCH", `/users/${id}`, { user })),
    deleteUser: async (id) => void (await send("DELETE", `/users/${id}`)),
    createGroup: (name) => create("group", { name, domain_id: "default" }),
    addToGroup: async (userId, groupId) => void (await send("PUT", members(userId, groupId))),
    removeFromGroup: async (userId, groupId) => void (await send("DELETE", members(userId, groupId))),
    async grantReader(userId, domainId) {
      const { roles } = await send("GET", "/roles?name=reader");
      const id = Array.isArray(roles) ? String(Reflect.get(Object(roles[0]), "id")) : "";
      await send("PUT", `/domains/${domainId}/users/${userId}/roles/${id}`);
    },
    async close() {
      for (const path of created) {
        if (path.startsWith("domains/")) await send("PATCH", `/${path}`, { domain: { enabled: false } });
        // Some are gone already.
        await send("DELETE", `/${path}`).catch(() => undefined);
      }
    },
  };
}

async function authenticate(url: string, password: string): Promise<string> {
  const user = { name: "admin", password, domain: { id: "default" } };
  const auth = { identity: { methods: ["password"], password: { user } }, scope: { system: { all: true } } };
  const response = await fetch(`${url}/v3/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ auth }),
  });
  const token = response.headers.get("x-subject-token");
  if (token === null) throw new Error(`no token for admin: ${response.status}`);
  return token;
}
