FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    RELAY_CONFIG=/app/config \
    RELAY_DATA=/data

RUN useradd --system --uid 10001 --home-dir /app relay \
    && install -d -o relay -g relay /data

WORKDIR /app

# The libraries first, over empty packages: a change of code does not install them again.
COPY pyproject.toml constraints.txt README.md ./
RUN mkdir relay workers && touch relay/__init__.py workers/__init__.py \
    && pip install -c constraints.txt -e .

COPY relay relay
COPY workers workers
COPY config config
RUN find relay -name '*.po' -exec sh -ec 'pybabel --quiet compile -i "$1" -o "${1%.po}.mo"' - {} \; \
    && python -m compileall -q relay workers

USER relay
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM

# One command a container: web, worker --lane …, beat, migrate (see docker-compose.yml).
CMD ["relay", "web", "--bind", "0.0.0.0:8000"]
