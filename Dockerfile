# Order Desk as a container: the bot and its libraries, none of the tools that develop it.
#   docker build -t order-desk .
#   docker run --env-file .env -p 3000:3000 -v order-desk:/data --stop-timeout 20 order-desk
# `serve` is what it runs; `order-desk python app.py check` and the other commands work as well.

# Any Debian with Python 3.11 or newer and its venv.
ARG BASE=docker.io/library/python:3.13-slim

FROM ${BASE} AS libraries
# The lock with what several processes on a PostgreSQL need; requirements.txt is without, 20 MB less.
ARG REQUIREMENTS=requirements-postgres.txt
# `yes` for contact sheets: Pillow, 20 MB more.
ARG PICTURES=no
COPY ${REQUIREMENTS} /tmp/requirements.txt
COPY requirements-pictures.txt /tmp/
RUN python3 -m venv /opt/order-desk \
    && /opt/order-desk/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
        --no-deps --require-hashes -r /tmp/requirements.txt \
    && if [ "$PICTURES" = yes ]; then /opt/order-desk/bin/python -m pip install --no-cache-dir \
        --disable-pip-version-check --no-deps --require-hashes -r /tmp/requirements-pictures.txt; fi \
    && /opt/order-desk/bin/python -m pip uninstall --yes --quiet pip setuptools

FROM ${BASE}
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="Order Desk" \
    org.opencontainers.image.description="A Slack bot that shows a team its Autoenhance.ai orders" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.licenses="MIT"

# A number, so that a platform which refuses root can see that it is none.
RUN useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin desk \
    && install -d -o desk -g desk -m 700 /data
COPY --from=libraries /opt/order-desk /opt/order-desk
WORKDIR /app
COPY app.py manifest.yaml ./
COPY bot bot
RUN /opt/order-desk/bin/python -m compileall -q bot

ENV PATH=/opt/order-desk/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=3000 \
    DATABASE_URL=sqlite:////data/order-desk.sqlite3
USER 10001:10001
# What is asked and watched outlives the container here.
VOLUME /data
EXPOSE 3000
# `serve` finishes what runs within 15 seconds: give it 20 before it is killed.
STOPSIGNAL SIGTERM
# Over a plain connection: urlopen would go through a proxy that is set for the bot.
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import http.client, os, sys; bot = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=4); bot.request('GET', '/readyz'); sys.exit(bot.getresponse().status != 200)"]
# No shell between: the signal reaches the bot itself.
CMD ["python", "app.py", "serve"]
