# syntax=docker/dockerfile:1
# The same scripts that `make setup` runs, in two steps: one with compilers, one without.

FROM debian:12-slim AS build
RUN apt-get update && apt-get install --yes --no-install-recommends python3 git make ca-certificates
WORKDIR /opt/telefoon
# First what changes seldom, so that an edit of the product does not build pjsua2 again.
COPY scripts scripts
COPY sip/native sip/native
COPY sip/patches sip/patches
RUN python3 -m scripts.system_packages build && python3 -m scripts.build_pjsua2
COPY . .
ARG EXTRAS=""
RUN make setup EXTRAS="$EXTRAS"

FROM debian:12-slim AS telefoon
RUN apt-get update && apt-get install --yes --no-install-recommends python3 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/telefoon
COPY scripts scripts
RUN python3 -m scripts.system_packages runtime && rm -rf /var/lib/apt/lists/* /root/.cache
COPY --from=build /opt/telefoon /opt/telefoon
RUN useradd --system --home-dir /var/lib/telefoon --create-home telefoon
USER telefoon
ENV TELEFOON_DATA_DIR=/var/lib/telefoon
VOLUME /var/lib/telefoon
EXPOSE 8080/tcp 5060/udp 5060/tcp
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD [".venv/bin/python", "-m", "scripts.healthy"]
ENTRYPOINT [".venv/bin/telefoon"]
CMD ["serve"]

# The carrier and phone network of the tests, for those who have a container engine.
FROM debian:sid-slim AS asterisk
RUN apt-get update && apt-get install --yes --no-install-recommends asterisk && rm -rf /var/lib/apt/lists/*
# Its console's socket; the package leaves this folder to the service manager, which there is none of.
RUN install --directory --owner asterisk --group asterisk /run/asterisk
USER asterisk
ENTRYPOINT ["asterisk"]
CMD ["-f"]

# The SIP proxy before several nodes, for docker-compose.cluster.yml.
FROM debian:12-slim AS kamailio
RUN apt-get update && apt-get install --yes --no-install-recommends kamailio kamailio-tls-modules && rm -rf /var/lib/apt/lists/*
RUN install --directory --owner kamailio --group kamailio /run/kamailio
USER kamailio
ENTRYPOINT ["kamailio"]
CMD ["-DD", "-E", "-m", "64", "-M", "8", "-x", "tlsf", "-X", "tlsf"]
