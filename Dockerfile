# Not built yet: there was no container engine where this was written. Its steps were run one by one, outside a container.
# Before a release: pin both images by digest.

FROM node:24-slim AS build
WORKDIR /app
# First what changes rarely: the packages are fetched again only when the lock file changes. No install script runs; the
# Node that the package brings along for older machines is not needed here.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY scripts ./scripts
RUN npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-slim
LABEL org.opencontainers.image.title="baton-descope" \
      org.opencontainers.image.description="Who can do what, and where, in a Descope project: a Baton connector" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY bin ./bin
COPY LICENSE NOTICE ./
# By number, so that a platform can check that it is not root. Nothing below /app is writable for it; mount a folder for the file.
USER 1000:1000
ENTRYPOINT ["node", "/app/bin/baton-descope.js"]
CMD ["--help"]
