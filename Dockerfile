# Two images go in. A release takes both by digest: see scripts/pin-images.ts, and docs/operations.md#the-image.
ARG BUILD_IMAGE=node:24-trixie-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot

# Nothing that is built here depends on the processor (JavaScript alone), so one build serves all platforms.
FROM --platform=$BUILDPLATFORM ${BUILD_IMAGE} AS build
WORKDIR /build
# First what changes rarely: packages are fetched again only when the lock file changes. No install script runs.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY scripts/build.ts ./scripts/
COPY scripts/build ./scripts/build
# Then only the packages stay that the bundle does not carry.
RUN npm run build && node scripts/build/runtime-modules.ts
# The one folder that is written to, owned by the user below.
RUN mkdir -m 0700 /data

# No shell, no package manager: Node, its libraries, certificates, and what is copied here.
FROM ${RUNTIME_IMAGE}
ARG VERSION=0.0.0-dev
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
ARG SOURCE=unknown
ARG RUNTIME_IMAGE
LABEL org.opencontainers.image.title="baton-descope" \
      org.opencontainers.image.description="Who can do what, and where, in a Descope project: a Baton connector for identity governance" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.base.name="${RUNTIME_IMAGE}"
# The heap may take this share of the container's memory limit. What lies outside the heap (buffers of pages, the
# access index) needs the rest.
ENV NODE_ENV=production \
    NODE_OPTIONS=--max-old-space-size-percentage=60
WORKDIR /app
COPY package.json LICENSE NOTICE ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY bin ./bin
# By number, so that a platform can check that it is not root. Nothing below /app is writable for it.
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
WORKDIR /data
VOLUME ["/data"]
STOPSIGNAL SIGTERM
# Asks the health port of `serve` or of service mode whether it lives, and not whether Descope does: an engine may restart what is unhealthy, which
# helps against the first alone. It means nothing for a container that ends by itself, such as `sync`.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["/nodejs/bin/node", "/app/bin/baton-descope.js", "health-check", "--endpoint", "live"]
# Node is process 1, and handles SIGTERM and SIGINT itself; it waits for the processes that `fleet` starts, which start none.
ENTRYPOINT ["/nodejs/bin/node", "/app/bin/baton-descope.js"]
# Without arguments: service mode where BATON_CLIENT_ID is set, as for every Baton connector; else a sync, or the help.
CMD []
