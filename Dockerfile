FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 \
    QFLOW_DATA_DIR=/data QFLOW_HOST=0.0.0.0 QFLOW_LOG_FORMAT=json

RUN useradd --system --uid 10001 --home-dir /app qflow && install -d -o qflow -g qflow -m 700 /data
WORKDIR /app

COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY qflow_site qflow_site
COPY designer designer
COPY governance governance
COPY n8n_import n8n_import
COPY engine engine
COPY static static
COPY templates templates
COPY benchmarks benchmarks
COPY examples examples
COPY manage.py ./
RUN pip install -c constraints.txt -e '.[postgresql,redis,rabbitmq]' && python -m compileall -q .

USER qflow
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os,urllib.request as u; u.urlopen('http://127.0.0.1:%s/health/ready' % os.environ.get('QFLOW_PORT', '8080'), timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["qflow"]
CMD ["up"]
