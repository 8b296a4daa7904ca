# One image with both programs: `operator/main.ts` and `scim-service/main.ts`. TypeScript is run as it is, so nothing is built.
#   docker build --tag registry.example.com/scim-operator:0.2.0 .
# The version is that of package.json's `node`. To pin the very bytes, name a digest:
#   --build-arg NODE_IMAGE=docker.io/library/node:26.10.0-trixie-slim@sha256:…
ARG NODE_IMAGE=docker.io/library/node:26.10.0-trixie-slim

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No dependency has a script that has to run.
RUN npm ci --omit=dev --ignore-scripts

FROM ${NODE_IMAGE}
# What only a build needs, and an intruder would like.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* /usr/local/bin/yarn*
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY common ./common
COPY operator ./operator
COPY scim-service ./scim-service
COPY standalone ./standalone
COPY cli ./cli
ENV NODE_ENV=production
# By number, so that `runAsNonRoot` can be checked; 1000 is `node`. Files belong to root and are only read.
USER 1000:1000
EXPOSE 8080 9090
# Node hears signals as process 1: both programs listen for SIGTERM before anything else.
ENTRYPOINT ["node"]
CMD ["scim-service/main.ts"]
