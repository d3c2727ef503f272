import type { MetricDefinition } from "./definition.js";
import {
  codeOutcomes,
  consentOutcomes,
  endpoints,
  keyStates,
  loginOutcomes,
  refreshOutcomes,
  revocationCauses,
  runOutcomes,
} from "./label-values.js";

// Every metric of our own. What is registered, docs/metrics.md, and what dashboard and alerts may name come from here.

const connector = { meaning: "Id of a configured connector." };
const endpoint = { meaning: "What was asked for.", values: endpoints };

export const counters = {
  requests: {
    name: "latchkey_http_requests_total",
    type: "counter",
    help: "Requests answered, or given up by the client.",
    labels: {
      endpoint,
      status: { meaning: "HTTP status code." },
      outcome: {
        meaning:
          "`ok`; the OAuth error code (`invalid_grant`, ...) or the kind of error page (`expired`, ...) that was " +
          "answered; else `client_error` or `server_error` by status. `aborted`: the client went away before the answer. " +
          "An error that travels to the application in a redirect counts as `ok`.",
      },
    },
  },
  logins: {
    name: "latchkey_logins_total",
    type: "counter",
    help: "Logins tried, by what became of them.",
    labels: { connector, outcome: { meaning: "What became of it.", values: loginOutcomes } },
  },
  consents: {
    name: "latchkey_consents_total",
    type: "counter",
    help: "Consents given and refused.",
    labels: { outcome: { meaning: "What the person decided.", values: consentOutcomes } },
  },
  codes: {
    name: "latchkey_codes_total",
    type: "counter",
    help: "Authorization codes presented at the token endpoint.",
    labels: { outcome: { meaning: "What became of it.", values: codeOutcomes } },
  },
  refreshes: {
    name: "latchkey_refreshes_total",
    type: "counter",
    help: "Refresh tokens presented at the token endpoint. What the rules of the client refuse is not counted here.",
    labels: { outcome: { meaning: "What became of it.", values: refreshOutcomes } },
  },
  grantsIssued: {
    name: "latchkey_grants_issued_total",
    type: "counter",
    help: "Grants that gave their first tokens.",
    labels: { grant_type: { meaning: "The `grant_type` of the token request." } },
  },
  grantsRevoked: {
    name: "latchkey_grants_revoked_total",
    type: "counter",
    help: "Grants that were ended before their time.",
    labels: { cause: { meaning: "Why.", values: revocationCauses } },
  },
  accessTokensRevoked: {
    name: "latchkey_access_tokens_revoked_total",
    type: "counter",
    help: "Access tokens revoked one by one.",
    labels: {},
  },
  keysScheduled: {
    name: "latchkey_signing_keys_scheduled_total",
    type: "counter",
    help: "Signing keys drawn by this process.",
    labels: {},
  },
  failedWrites: {
    name: "latchkey_storage_write_errors_total",
    type: "counter",
    help: "Writes to the store that failed.",
    labels: {},
  },
  checkpoints: {
    name: "latchkey_storage_checkpoints_total",
    type: "counter",
    help: "Times that SQLite's write-ahead log was copied into the database.",
    labels: { outcome: { meaning: "Whether it worked.", values: runOutcomes } },
  },
  sweeps: {
    name: "latchkey_sweep_runs_total",
    type: "counter",
    help: "Runs of the sweep, which removes expired rows once a minute.",
    labels: { outcome: { meaning: "Whether it worked.", values: runOutcomes } },
  },
  sweptRows: {
    name: "latchkey_sweep_removed_rows_total",
    type: "counter",
    help: "Expired rows that the sweep has removed.",
    labels: {},
  },
  refusedPasswords: {
    name: "latchkey_password_checks_refused_total",
    type: "counter",
    help: "Password checks refused because too many were waiting.",
    labels: {},
  },
  droppedLines: {
    name: "latchkey_log_lines_dropped_total",
    type: "counter",
    help: "Log lines dropped because whoever reads the log was too slow.",
    labels: {},
  },
} as const satisfies Record<string, MetricDefinition>;

export const gauges = {
  inFlight: {
    name: "latchkey_http_requests_in_flight",
    type: "gauge",
    help: "Requests under way.",
    labels: {},
  },
  ready: {
    name: "latchkey_ready",
    type: "gauge",
    help: "1 where the store answers and logins can be served, as /healthz/ready tells; else 0.",
    labels: {},
  },
  connectors: {
    name: "latchkey_connector_up",
    type: "gauge",
    help: "1 for a connector that is open, 0 for one that could not be opened and is tried again.",
    labels: { connector },
  },
  rows: {
    name: "latchkey_storage_rows",
    type: "gauge",
    help: "Rows in the store, expired ones included until they are swept. The same from every process on one store.",
    labels: { kind: { meaning: "Kind of record: `grant`, `login`, `upstream-grant`, ..." } },
  },
  lastSweep: {
    name: "latchkey_sweep_last_success_timestamp_seconds",
    type: "gauge",
    help: "Unix time of the last sweep that worked; the start of the process before the first.",
    labels: {},
  },
  waitingPasswords: {
    name: "latchkey_password_checks_waiting",
    type: "gauge",
    help: "Password checks that wait for a place.",
    labels: {},
  },
  runningPasswords: {
    name: "latchkey_password_checks_running",
    type: "gauge",
    help: "Password checks under way.",
    labels: {},
  },
  keys: {
    name: "latchkey_signing_keys",
    type: "gauge",
    help: "Published signing keys.",
    labels: { state: { meaning: "What the key is for now.", values: keyStates } },
  },
  nextRotation: {
    name: "latchkey_signing_key_next_rotation_timestamp_seconds",
    type: "gauge",
    help: "Unix time at which another key signs.",
    labels: {},
  },
  build: {
    name: "latchkey_build_info",
    type: "gauge",
    help: "Always 1.",
    labels: { version: { meaning: "Version of Latchkey." }, node: { meaning: "Version of Node.js." } },
  },
} as const satisfies Record<string, MetricDefinition>;

const requestBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export const histograms = {
  requests: {
    name: "latchkey_http_request_duration_seconds",
    type: "histogram",
    help: "Time from a request's head to the end of its answer.",
    labels: { endpoint },
    buckets: requestBuckets,
  },
  signing: {
    name: "latchkey_signing_duration_seconds",
    type: "histogram",
    help: "Time to sign one token, the wait for a thread included.",
    labels: { algorithm: { meaning: "`RS256`, `ES256` or `EdDSA`." } },
    buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
  },
  writes: {
    name: "latchkey_storage_write_duration_seconds",
    type: "histogram",
    help: "Time until a write is durable, as the caller waits for it.",
    labels: {},
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  },
  batches: {
    name: "latchkey_storage_commit_writes",
    type: "histogram",
    help: "Writes that shared one commit of SQLite.",
    labels: {},
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_000],
  },
  sweeps: {
    name: "latchkey_sweep_duration_seconds",
    type: "histogram",
    help: "Time that one run of the sweep took.",
    labels: {},
    buckets: [0.001, 0.01, 0.1, 1, 10, 60, 600],
  },
} as const satisfies Record<string, MetricDefinition>;
