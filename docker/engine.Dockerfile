# Not tried by the test suite, which runs without a registry.
# An engine image from Debian's package, for those who prefer `docker build` to what `npm run up` does by itself:
#
#   docker build -f docker/engine.Dockerfile -t cacheplane/engine:redis-8.0 \
#     --build-arg BASE=debian:trixie-slim --build-arg PACKAGES=redis-server docker
#
# The versions and their suites are in packages/domain/src/engines.ts.
ARG BASE=debian:bookworm-slim
FROM ${BASE}
ARG PACKAGES=redis-server
RUN apt-get update \
  && apt-get install -y --no-install-recommends ${PACKAGES} \
  && rm -rf /var/lib/apt/lists/* \
  && mkdir -p /data \
  && chown 999:999 /data
USER 999:999
WORKDIR /data
