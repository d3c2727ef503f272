import { createHash } from "node:crypto";
import { chown, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPart } from "./parts.js";
import { type RunningServer, runServer } from "./run-server.js";

export interface LoginProxyOptions {
  readonly port: number;
  /** Where it passes everything on to. */
  readonly target: string;
  /** Whoever wants this path must log in. */
  readonly guarded: string;
  /** Passwords by name. */
  readonly people: Readonly<Record<string, string>>;
}

interface Layout extends LoginProxyOptions {
  readonly folder: string;
}

/** A real nginx that asks for a password (Basic) and says in `X-Remote-User` whose it was. */
export function startNginx(options: LoginProxyOptions): Promise<RunningServer> {
  return start(options, writeNginxConfig, (file, folder) => ({
    program: findPart("nginx").path,
    args: ["-c", file, "-p", folder, "-e", "stderr", "-g", "daemon off;"],
  }));
}

/** The same by a real Apache. */
export function startApacheProxy(options: LoginProxyOptions): Promise<RunningServer> {
  return start(options, writeApacheConfig, (file) => ({
    program: findPart("apache2").path,
    args: ["-f", file, "-DFOREGROUND"],
  }));
}

async function start(
  options: LoginProxyOptions,
  write: (layout: Layout) => string,
  command: (file: string, folder: string) => { readonly program: string; readonly args: readonly string[] },
): Promise<RunningServer> {
  const folder = await mkdtemp(join(tmpdir(), "latchkey-proxy-"));
  // Neither serves as root.
  const user = process.getuid?.() === 0 ? await findUser("www-data") : undefined;
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  const lines = Object.entries(options.people).map(
    ([name, password]) => `${name}:{SHA}${createHash("sha1").update(password).digest("base64")}\n`,
  );
  await writeFile(join(folder, "people"), lines.join(""));
  const file = join(folder, "proxy.conf");
  await writeFile(file, write({ ...options, folder }));
  const server = await runServer({ ...command(file, folder), port: options.port, ...(user !== undefined && { user }) });
  return {
    output: server.output,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function writeNginxConfig({ folder, port, target, guarded }: Layout): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  return `pid ${folder}/pid;
events {}
http {
  access_log off;
  ${temporary.join("\n  ")}
  server {
    listen 127.0.0.1:${port};
    proxy_set_header Host $http_host;
    location / { proxy_pass ${target}; }
    location = ${guarded} {
      auth_basic "Sign in";
      auth_basic_user_file ${folder}/people;
      proxy_pass ${target};
      proxy_set_header Host $http_host;
      proxy_set_header X-Remote-User $remote_user;
      proxy_set_header X-Remote-Group "staff,all";
      proxy_set_header X-Remote-User-Id "";
      proxy_set_header X-Remote-User-Name "";
      proxy_set_header X-Remote-User-Email "";
      proxy_set_header Authorization "";
    }
  }
}
`;
}

function writeApacheConfig({ folder, port, target, guarded }: Layout): string {
  const modules = ["mpm_event", "authn_core", "authn_file", "authz_core", "authz_user", "auth_basic", "headers"];
  const loads = [...modules, "proxy", "proxy_http"].map(
    (name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`,
  );
  return `ServerRoot /etc/apache2
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
PidFile ${folder}/pid
DefaultRuntimeDir ${folder}
Mutex file:${folder} default
ErrorLog ${folder}/error.log
${loads.join("\n")}
ProxyPreserveHost On
ProxyPass / ${target}/
<Location "${guarded}">
  AuthType Basic
  AuthName "Sign in"
  AuthBasicProvider file
  AuthUserFile ${folder}/people
  Require valid-user
  RequestHeader set X-Remote-User expr=%{REMOTE_USER}
  RequestHeader set X-Remote-Group "staff,all"
  RequestHeader unset X-Remote-User-Id
  RequestHeader unset X-Remote-User-Name
  RequestHeader unset X-Remote-User-Email
  RequestHeader unset Authorization
</Location>
`;
}

async function findUser(name: string): Promise<{ readonly uid: number; readonly gid: number }> {
  const line = (await readFile("/etc/passwd", "utf8")).split("\n").find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}
