# The server without a database of its own: MEDHA_DATABASE_URL names one. `docker compose up` brings both.

FROM node:24-slim AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY graphql /src/graphql
COPY web ./
RUN npm run build

FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/medha
COPY locks ./locks
# The locks are hashed; whatever the mirror, the same files are installed.
RUN /opt/medha/bin/pip install --no-cache-dir --no-deps --require-hashes -r locks/uv.txt \
 && /opt/medha/bin/uv pip install --python /opt/medha --no-cache --no-deps --require-hashes \
      --compile-bytecode -r locks/runtime.lock \
 && /opt/medha/bin/pip uninstall --yes uv
RUN python -m venv /opt/build
COPY pyproject.toml LICENSE README.md ./
COPY app ./app
COPY streams ./streams
COPY migrations ./migrations
COPY graphql ./graphql
COPY --from=web /src/web/dist ./web/dist
RUN /opt/build/bin/pip install --no-cache-dir --no-deps --require-hashes -r locks/build.txt \
 && /opt/build/bin/python -m hatchling build -t wheel -d /wheels \
 && /opt/medha/bin/pip install --no-cache-dir --no-deps /wheels/*.whl

FROM python:3.13-slim
RUN useradd --system --create-home --home-dir /var/lib/medha --shell /usr/sbin/nologin medha
COPY --from=build /opt/medha /opt/medha
USER medha
WORKDIR /var/lib/medha
ENV PATH=/opt/medha/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MEDHA_ENV=production \
    MEDHA_DATA_DIR=/var/lib/medha \
    MEDHA_HOST=0.0.0.0 \
    MEDHA_PORT=8000
VOLUME /var/lib/medha
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health/live', timeout=2)"]
CMD ["medha", "serve"]
