"""Django settings of a node, composed from the engine's settings."""

from __future__ import annotations

from django.utils.functional import lazy

from engine.settings import current
from engine.settings.logs import logging_config
from qflow_site.databases import channel_layers, databases

ENGINE = current()

SECRET_KEY = lazy(lambda: ENGINE.secret_key, str)()  # read or made only when something is signed
DEBUG = False
ALLOWED_HOSTS = ENGINE.hosts
INSTALLED_APPS = ["engine"]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "qflow_site.urls"
ASGI_APPLICATION = "qflow_site.asgi.application"
CELERY_APPLICATION = "qflow_site.celery.app"
FLOW_IMPORTERS = {"n8n": "n8n_import.door.N8nImporter"}  # other systems whose workflows are read

DATABASES = databases(ENGINE)
CHANNEL_LAYERS = channel_layers(ENGINE)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "UTC"  # stored times; schedules and flows use QFLOW_TIMEZONE
USE_I18N = False

DATA_UPLOAD_MAX_MEMORY_SIZE = ENGINE.limits.request_body_bytes_max
FILE_UPLOAD_MAX_MEMORY_SIZE = ENGINE.limits.request_body_bytes_max

LOGGING = logging_config(ENGINE.log_level, ENGINE.log_format)
