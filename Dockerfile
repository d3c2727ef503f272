# The image of Latchkey. docs/container.md tells how to use it.
# Nothing here but COPY and plain commands: scripts/follow-dockerfile.mjs follows these steps without Docker, and .ci/run
# tries what comes out. In the build stage paths are relative, so that they can be followed in any folder.

FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
# On this release of Node.js no package needs its install script (docs/adr/0011), so none runs, and there is no compiler.
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY scripts scripts
COPY src src
COPY deploy/latchkey bin/latchkey
RUN npm run build \
  && npm prune --omit=dev --ignore-scripts \
  # The SQLite binding for Node.js 20, and that for Kerberos, which would have to be compiled (deploy/kerberos/).
  && rm -r node_modules/better-sqlite3 node_modules/kerberos \
  # The name of the command in Dex's image, and folders for the database: a new volume takes over their owner.
  && ln -s latchkey bin/dex \
  && install -d -m 0700 data

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="Latchkey" \
  org.opencontainers.image.description="Self-hosted OpenID Connect provider, a drop-in successor of Dex" \
  org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production LATCHKEY_RENDER_TEMPLATES=true

WORKDIR /usr/local/lib/latchkey
COPY LICENSE package.json ./
COPY --from=build /build/node_modules node_modules
COPY web web
COPY scripts/thread-pool-size.mjs scripts/thread-pool-size.mjs
COPY deploy/image/healthcheck.mjs healthcheck.mjs
COPY --from=build /build/dist dist
COPY --from=build /build/bin /usr/local/bin
COPY deploy/image/config.docker.yaml /etc/dex/config.docker.yaml
COPY --from=build --chown=1001:1001 /build/data /var/dex
COPY --from=build --chown=1001:1001 /build/data /var/lib/latchkey

# As in Dex's image: the user, the ports (HTTP, gRPC, telemetry) and the command. Node.js becomes process 1 and gets the
# signals, because the launcher replaces itself with it.
USER 1001:1001
WORKDIR /
EXPOSE 5556 5557 5558
# Where nothing listens for telemetry, any answer of the web listener will do; 5556 is its usual port.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["node", "/usr/local/lib/latchkey/healthcheck.mjs", "http://127.0.0.1:5558/healthz/ready", "http://127.0.0.1:5556/"]
ENTRYPOINT []
CMD ["dex", "serve", "/etc/dex/config.docker.yaml"]
