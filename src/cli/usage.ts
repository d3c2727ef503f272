export const usage = `Usage:
  latchkey serve [flags] CONFIG     start the server
  latchkey check [flags] CONFIG     report every problem of a configuration file
  latchkey hash-password [--cost N] make a bcrypt hash for staticPasswords
  latchkey version                  print the version

Flags of serve and check, each in place of a key of the file:
  --web-http-addr HOST:PORT         web.http
  --web-https-addr HOST:PORT        web.https
  --telemetry-addr HOST:PORT        telemetry.http
  --grpc-addr HOST:PORT             grpc.addr (accepted; the gRPC API does not exist yet)
  --strict                          every unknown key is an error
  --lenient                         misspelt keys are warnings

Flag of check alone:
  --online                          also try each connector, without a person

Exit codes: 0 success, 1 the configuration or the start failed, 2 wrong usage.
`;
