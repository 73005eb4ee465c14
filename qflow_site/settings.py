"""Django settings of a node, composed from the engine's settings."""

from __future__ import annotations

from pathlib import Path

from django.utils.functional import lazy

from engine.settings import current
from engine.settings.logs import logging_config
from qflow_site.databases import channel_layers, databases

ENGINE = current()
ROOT = Path(__file__).parent.parent

SECRET_KEY = lazy(lambda: ENGINE.secret_key, str)()  # read or made only when something is signed
DEBUG = False
ALLOWED_HOSTS = ENGINE.hosts
INSTALLED_APPS = [
    "engine",
    "designer",
    "governance",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,  # django-allauth has its own
        "OPTIONS": {
            "builtins": ["governance.tags"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
ROOT_URLCONF = "qflow_site.urls"
ASGI_APPLICATION = "qflow_site.asgi.application"
CELERY_APPLICATION = "qflow_site.celery.app"
NODE_CHORES = [  # what the keeper does beside its own
    "designer.chores.forget",
    "governance.chores.tend_daos",
    "governance.chores.follow_policies",
    "governance.chores.make_checks_anew",
    "governance.telling.chores.tend_notifications",
]
API_ROUTERS = ["governance.rest.router", "governance.telling.rest.router"]  # added below /api/v1/
FLOW_IMPORTERS = {"n8n": "n8n_import.door.N8nImporter"}  # other systems whose workflows are read

DATABASES = databases(ENGINE)
CHANNEL_LAYERS = channel_layers(ENGINE)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- signing in; the API and webhooks know only bearer tokens and signatures
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "designer.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
MFA_ADAPTER = "designer.adapters.SealedMfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Qflow"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "/"
SECURE_COOKIES = ENGINE.public_url.startswith("https:")
SESSION_COOKIE_NAME, SESSION_COOKIE_SECURE = "qflow_session", SECURE_COOKIES
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME, CSRF_COOKIE_SECURE, CSRF_COOKIE_HTTPONLY = "qflow_csrf", SECURE_COOKIES, True
CSRF_TRUSTED_ORIGINS = [ENGINE.public_url] if ENGINE.public_url else []
X_FRAME_OPTIONS = "DENY"

USE_TZ = True
TIME_ZONE = "UTC"  # stored times; schedules and flows use QFLOW_TIMEZONE
USE_I18N = False

DATA_UPLOAD_MAX_MEMORY_SIZE = ENGINE.limits.request_body_bytes_max
FILE_UPLOAD_MAX_MEMORY_SIZE = ENGINE.limits.request_body_bytes_max

MAIL_URL, MAIL_FROM = ENGINE.mail_url, ENGINE.mail_from

LOGGING = logging_config(ENGINE.log_level, ENGINE.log_format)
