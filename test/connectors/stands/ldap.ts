import { Attribute, Change, Client } from "ldapts";
import { createFrameReader } from "../../../src/connectors/ldap/frame-reader.js";
import { parseMessage } from "../../../src/connectors/ldap/messages.js";
import { describeWith } from "../../support/parts.js";
import { base, group, groups, people, person } from "../ldap/entries.js";
import { type FakeRequest, result } from "../ldap/fake-directory.js";
import { plainSettings } from "../ldap/open-connector.js";
import { admin, type Slapd, startSlapd } from "../ldap/slapd.js";
import { startTcpProxy } from "../ldap/tcp-proxy.js";
import { type Behaviour, type ConnectorStand, everywhere, type RunningStand, type StandPerson } from "../stand.js";

const login = "casey";
const password = "password-of-the-stand";
const dn = `uid=${login},${people}`;

/** A group may not be empty. */
const always = `uid=anchor,${people}`;
const ldif = [
  base,
  person("anchor", { employeeNumber: "1" }),
  person(login, { userPassword: password }),
  ...["crew", "guests", "captains"].map((name) => group(name, [always])),
].join("");

/** A real OpenLDAP; what it would never say is said by a proxy on the way. */
export const ldapStand: ConnectorStand = {
  type: "ldap",
  describe: (title, body) => describeWith("slapd", title, body),
  places: ["account", "people", "password", "groups"],
  refreshPlaces: ["account", "people", "groups"],
  identityOf: ({ id, name, email, groups: names }) => ({
    ...{ userId: id, username: name, preferredUsername: login, email, groups: names },
    emailVerified: true,
  }),
  skips: {
    denied: "a refused bind is answered as a wrong password, whatever the directory says of the account",
    "group-refused":
      "limits are part of userSearch.filter: whom it leaves out is nobody, and has typed a wrong password",
    rotation: "a directory gives no credential",
  },
  secrets: [admin.password, password],
  start: startStand,
};

async function startStand(): Promise<RunningStand> {
  const slapd = await startSlapd({ ldif });
  const directory = await openDirectory(slapd);
  const proxy = await startTcpProxy(slapd.port);
  let behaviour: Behaviour = { kind: "well" };
  let current: StandPerson | undefined;
  proxy.watch((sent) => !(behaviour.kind === "down" && isAt(behaviour.place, readRequest(sent))));
  proxy.interject((sent) => interject(behaviour, readRequest(sent)));
  const tell = async (): Promise<void> => {
    if (current !== undefined) await directory.tell(current, behaviour);
  };
  return {
    settings: () =>
      plainSettings(proxy.port, {
        userSearch: {
          ...{ baseDN: people, username: "uid", filter: "(!(userAccountControl=514))" },
          ...{ idAttr: "employeeNumber", nameAttr: "cn", preferredUsernameAttr: "uid" },
        },
      }),
    way: { kind: "password", credentials: () => ({ username: login, password }) },
    setPerson: (next) => {
      current = next;
      return tell();
    },
    setBehaviour: (next) => {
      behaviour = next;
      // The account logs in once for each connection: those that are open would not see whether it still can.
      proxy.cut();
      return tell();
    },
    async stop() {
      await directory.close();
      await proxy.close();
      await slapd.stop();
    },
  };
}

/** Writes people down, as an administrator of the directory would. */
async function openDirectory(slapd: Slapd) {
  const client = new Client({ url: `ldap://127.0.0.1:${slapd.port}`, timeout: 5_000 });
  await client.bind(admin.dn, admin.password);
  let joined: ReadonlySet<string> = new Set();

  async function setMember(name: string, isMember: boolean): Promise<void> {
    const modification = new Attribute({ type: "member", values: [dn] });
    await client.modify(`cn=${name},${groups}`, new Change({ operation: isMember ? "add" : "delete", modification }));
  }

  return {
    async tell({ id, name, email, groups: wanted }: StandPerson, { kind }: Behaviour): Promise<void> {
      await client.modify(dn, [
        replace("cn", [name]),
        replace("mail", [email]),
        replace("employeeNumber", kind === "id-missing" ? [] : [id]),
        // Disabled, as Active Directory writes it.
        replace("userAccountControl", [kind === "revoked" ? "514" : "512"]),
      ]);
      for (const each of joined) if (!wanted.includes(each)) await setMember(each, false);
      for (const each of wanted) if (!joined.has(each)) await setMember(each, true);
      joined = new Set(wanted);
    },
    close: () => client.unbind(),
  };
}

function replace(type: string, values: string[]): Change {
  return new Change({ operation: "replace", modification: new Attribute({ type, values }) });
}

interface Asked extends Pick<FakeRequest, "id" | "operation"> {
  readonly place: string;
}

/** A connection does one thing at a time, so what arrives together is one request. */
function readRequest(sent: Buffer): Asked {
  const [frame = Buffer.alloc(0)] = createFrameReader().push(sent);
  const { id, tag } = parseMessage(frame);
  if (tag === 0x60) return { id, operation: "bind", place: frame.includes(admin.dn) ? "account" : "password" };
  // The search for groups names the person as well.
  if (tag === 0x63) return { id, operation: "search", place: frame.includes(groups) ? "groups" : "people" };
  return { id, operation: "other", place: "" };
}

function isAt(place: string, asked: Asked): boolean {
  return asked.place !== "" && [asked.place, everywhere].includes(place);
}

/** The faults of HTTP, as a directory has them. Undefined: the server may answer. */
function interject(behaviour: Behaviour, asked: Asked): Buffer | undefined {
  if (!("place" in behaviour) || !isAt(behaviour.place, asked)) return undefined;
  switch (behaviour.kind) {
    case "slow":
      return Buffer.alloc(0);
    case "status-500":
      // `other` (RFC 4511 appendix A.2).
      return result(asked, 80);
    case "wrong-content-type":
      return Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n");
    case "bad-json":
      // The end of the operation, without a result code.
      return Buffer.from([0x30, 5, 2, 1, asked.id, asked.operation === "bind" ? 0x61 : 0x65, 0]);
    case "huge-body":
      // A message of 16 MiB begins.
      return Buffer.concat([Buffer.from([0x30, 0x84, 1, 0, 0, 0]), Buffer.alloc(1_000)]);
    case "down":
      return undefined;
  }
}
