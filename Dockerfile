# One image for web, workers, beat and commands; docker-compose.yml says which it is.
FROM python:3.11-slim-bookworm AS dependencies
RUN python -m venv --without-pip /venv
COPY requirements.txt /
# Nothing but what is pinned with its hash, and nothing that only tests need.
RUN pip --python /venv/bin/python install --no-cache-dir --disable-pip-version-check --require-hashes -r /requirements.txt

FROM python:3.11-slim-bookworm
# pg_dump and its like for `manage.py backup` and `restore`, of the same version as the database in docker-compose.yml.
RUN apt-get update \
 && apt-get install -y --no-install-recommends postgresql-client-15 \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 complaints \
 && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin complaints \
 && install -d -o complaints -g complaints -m 0700 /data
COPY --from=dependencies /venv /venv
COPY . /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/data \
    HOST=0.0.0.0 \
    PORT=8000
# Static files are served from where they lie, so nothing is collected; here they are packed once, beside themselves.
RUN python -m compileall -q /app \
 && mkdir /app/staticfiles \
 && find /app/static /venv/lib -type d -name static -exec python -m whitenoise.compress --quiet {} \;
# From here on nobody can change what runs: the files are root's.
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-m", "core.probe"]
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "8", "--graceful-timeout", "8", "--no-control-socket", "--worker-tmp-dir", "/dev/shm", "--log-level", "warning"]
