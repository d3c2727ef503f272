import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { z } from "zod";

const Named = z.object({ kind: z.string(), metadata: z.object({ name: z.string() }) });
const Labels = z.record(z.string(), z.string());
const Port = z.object({ name: z.string(), containerPort: z.number() });
const Probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) });
const Container = z.object({
  args: z.array(z.string()),
  ports: z.array(Port),
  securityContext: z.object({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.object({ drop: z.array(z.string()), add: z.undefined().optional() }),
  }),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string(), subPath: z.string().optional() })),
  startupProbe: Probe.optional(),
  livenessProbe: Probe.optional(),
  readinessProbe: Probe.optional(),
});
const Volume = z.object({
  name: z.string(),
  configMap: z.object({ name: z.string() }).optional(),
  secret: z.object({ secretName: z.string(), items: z.array(z.object({ key: z.string() })) }).optional(),
  persistentVolumeClaim: z.object({ claimName: z.string() }).optional(),
});
const PodSpec = z.object({
  serviceAccountName: z.string().optional(),
  hostNetwork: z.undefined().optional(),
  securityContext: z.object({
    runAsNonRoot: z.literal(true),
    seccompProfile: z.object({ type: z.literal("RuntimeDefault") }),
  }),
  containers: z.tuple([Container]),
  volumes: z.array(Volume),
});
const Deployment = Named.extend({
  kind: z.literal("Deployment"),
  spec: z.object({
    replicas: z.number(),
    strategy: z.object({ type: z.string() }),
    selector: z.object({ matchLabels: Labels }),
    template: z.object({ metadata: z.object({ labels: Labels }), spec: PodSpec }),
  }),
});
const Service = Named.extend({
  kind: z.literal("Service"),
  spec: z.object({ selector: Labels, ports: z.array(z.object({ targetPort: z.string() })) }),
});
const Secret = Named.extend({ kind: z.literal("Secret"), stringData: Labels });

const folder = "deploy/kubernetes";
const house = ["configuration", "storage", "deployment", "network", "examples/secret"].flatMap((name) =>
  read(`${folder}/${name}.yaml`),
);
const deployments = ["deployment.yaml", "examples/dex-deployment.yaml"].map((name) => ({
  name,
  deployment: requireDocument(Deployment, read(`${folder}/${name}`)),
}));

function read(file: string): readonly unknown[] {
  return parseAllDocuments(readFileSync(file, "utf8")).map((document): unknown => document.toJS());
}

function requireDocument<T>(schema: z.ZodType<T>, documents: readonly unknown[]): T {
  const found = documents.find((document) => schema.safeParse(document).success);
  return schema.parse(found ?? documents.at(-1));
}

function names(kind: string): readonly string[] {
  const all = house.map((document) => Named.parse(document));
  return all.filter((each) => each.kind === kind).map(({ metadata }) => metadata.name);
}

describe.each(deployments)("$name", ({ deployment: { spec } }) => {
  const [container] = spec.template.spec.containers;

  it("obeys the restricted profile of the Pod Security Standards, with a root file system that nobody writes to", () => {
    // The schema has the rest: no escalation, not root, the default seccomp profile, read-only.
    expect(container.securityContext.capabilities).toEqual({ drop: ["ALL"] });
  });

  it("never runs two pods on one database", () => {
    expect([spec.replicas, spec.strategy.type]).toEqual([1, "Recreate"]);
  });

  it("selects its own pods", () => {
    expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
  });

  it("mounts what it has, and has what it mounts", () => {
    const mounted = container.volumeMounts.map(({ name }) => name);
    expect(mounted.toSorted()).toEqual(spec.template.spec.volumes.map(({ name }) => name).sort());
  });
});

describe("docs/deployment.md", () => {
  it("lists every manifest", () => {
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".yaml"));
    const listed = [...readFileSync("docs/deployment.md", "utf8").matchAll(/^\| `(.+\.yaml)` \|/gm)].map(
      ([, name]) => name,
    );
    expect(listed.sort()).toEqual(files.sort());
  });
});

describe("the manifests fit together", () => {
  const { spec } = requireDocument(Deployment, house);
  const { volumes, serviceAccountName, containers } = spec.template.spec;
  const [container] = containers;
  const ports = container.ports.map(({ name }) => name);

  it("by the names of the objects", () => {
    expect(names("ServiceAccount")).toContain(serviceAccountName);
    expect(names("ConfigMap")).toEqual(volumes.flatMap(({ configMap }) => configMap?.name ?? []));
    expect(names("PersistentVolumeClaim")).toEqual(
      volumes.flatMap((each) => each.persistentVolumeClaim?.claimName ?? []),
    );
    expect(names("Secret")).toEqual(volumes.flatMap(({ secret }) => secret?.secretName ?? []));
  });

  it("by the keys of the secret", () => {
    const wanted = volumes.flatMap(({ secret }) => secret?.items.map(({ key }) => key) ?? []);
    expect(Object.keys(requireDocument(Secret, house).stringData).sort()).toEqual(
      [...wanted, "admin-password-hash"].sort(),
    );
  });

  it("by the names of the ports, and the probes ask for life and readiness", () => {
    const { ports: offered, selector } = requireDocument(Service, house).spec;
    expect(offered.map(({ targetPort }) => targetPort)).toEqual(["http"]);
    expect(spec.template.metadata.labels).toMatchObject(selector);
    expect(ports).toEqual(["http", "telemetry"]);
    const telemetry = (path: string) => ({ httpGet: { path, port: "telemetry" } });
    expect(container.startupProbe).toEqual(telemetry("/healthz/live"));
    expect(container.livenessProbe).toEqual(telemetry("/healthz/live"));
    expect(container.readinessProbe).toEqual(telemetry("/healthz/ready"));
  });
});
