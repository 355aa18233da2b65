# The server with a release in it: docker build -t policy-kg . && docker run --read-only -p 8642:8642 policy-kg
FROM docker.io/library/python:3.11-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/policy-kg
COPY requirements.txt ./
RUN /opt/policy-kg/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY kg kg
RUN /opt/policy-kg/bin/pip install --no-cache-dir --no-deps --no-build-isolation .
COPY ontology ontology
COPY mappings mappings
COPY queries queries
COPY CITATION.cff ./
RUN /opt/policy-kg/bin/kg build --build-dir /srv/policy-kg \
 && /opt/policy-kg/bin/pip uninstall --yes --quiet pip

FROM docker.io/library/python:3.11-slim-bookworm
COPY --from=build /opt/policy-kg /opt/policy-kg
COPY --from=build /srv/policy-kg /srv/policy-kg
ENV KG_BUILD_DIR=/srv/policy-kg KG_HOST=0.0.0.0 KG_ACCESS_LOG=- PYTHONDONTWRITEBYTECODE=1
USER 65534:65534
EXPOSE 8642
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["/opt/policy-kg/bin/python", "-c", \
  "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8642/healthz', timeout=4)"]
ENTRYPOINT ["/opt/policy-kg/bin/kg"]
CMD ["serve"]
