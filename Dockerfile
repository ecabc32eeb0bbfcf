# Two stages: the first installs the locked packages, the second holds only what runs.
FROM python:3.13-slim AS packages
COPY requirements.lock /tmp/requirements.lock
RUN python -m venv /opt/unroll \
 && /opt/unroll/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/requirements.lock

FROM python:3.13-slim
COPY --from=packages /opt/unroll /opt/unroll
WORKDIR /srv/unroll
COPY app app
COPY static static
COPY templates templates
# Compiled here because the root file system may be read-only there.
RUN /opt/unroll/bin/python -m compileall -q app

ENV PATH=/opt/unroll/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOST=:: \
    PORT=8000

USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=2)"]
STOPSIGNAL SIGTERM
CMD ["python", "-m", "app"]
