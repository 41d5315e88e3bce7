"""One settings module, driven by the environment: embedded on a laptop, scaled out by DATABASE_URL and REDIS_URL.

ANWANGGE_HOME   folder of everything that is kept: database, files, keys, sockets   (./var)
DATABASE_URL    postgres://…      (default: SQLite in ANWANGGE_HOME)
REDIS_URL       redis://…         (default: the Valkey that `anwangge store` runs on a socket in ANWANGGE_HOME)
ANWANGGE_HOSTS  names the server answers to, by comma     (default: this machine's)
ANWANGGE_HTTPS  1 behind TLS: secure cookies
ANCHOR_KEY      64 hex digits: the Ed25519 key that signs anchors, the same on several servers     (default: made once
                in ANWANGGE_HOME)
PG_BIN          folder of pg_dump, pg_restore and psql, for backups of PostgreSQL     (default: PATH)
ANWANGGE_PWA    folder of the built surfaces              (default: pwa/dist of this tree)
"""

import contextlib
import os
import secrets
import socket
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path

import dj_database_url

ROOT = Path(__file__).resolve().parents[2]
HOME = Path(os.environ.get("ANWANGGE_HOME", "var")).resolve()
HOME.mkdir(parents=True, exist_ok=True)
VERSION = version("anwangge")
DEBUG = os.environ.get("ANWANGGE_DEBUG") == "1"
HTTPS = os.environ.get("ANWANGGE_HTTPS") == "1"


def _secret() -> str:
    """Made once and kept beside the data, readable by the owner only."""
    file = HOME / "secret_key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(50))
    return file.read_text()


def _own_names() -> list[str]:
    """This machine's names and addresses, also the one by which phones in the same network reach it."""
    names = {"localhost", "127.0.0.1", "[::1]", socket.gethostname()}
    with contextlib.suppress(OSError):
        names.update(str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET))
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing: it only asks which address would be used
        names.add(probe.getsockname()[0])
    return sorted(names)


SECRET_KEY = os.environ.get("SECRET_KEY") or _secret()
ANCHOR_KEY = os.environ.get("ANCHOR_KEY", "")
ALLOWED_HOSTS = [h for h in os.environ.get("ANWANGGE_HOSTS", "").split(",") if h] or _own_names()

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_rq",
    "backend.journal",
    "backend.accounts",
    "backend.territory",
    "backend.enterprises",
    "backend.standards",
    "backend.dispatch",
    "backend.hazards",
    "backend.comms",
    "backend.inspections",
    "backend.papers",
    "backend.rollups",
    "backend.sync",
    "backend.config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "backend.config.pages.SecurityPolicy",
]

ROOT_URLCONF = "backend.config.urls"
ASGI_APPLICATION = "backend.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# deferred transactions gave 49 % "database is locked" under load; IMMEDIATE none. FULL: an acknowledged commit
# survives a power cut.
_SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
}
DATABASES = {"default": dj_database_url.config(default=f"sqlite:///{HOME / 'anwangge.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = _SQLITE
    # each thread keeps its connection: opening one and setting it up costs more than most requests
    DATABASES["default"]["CONN_MAX_AGE"] = None
else:
    # a connection that a restart of the server broke is found before somebody's request is
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 16, "timeout": 20}
    # to compile a query takes longer than any of ours runs
    DATABASES["default"]["OPTIONS"].setdefault("options", "-c jit=off")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ.get("REDIS_URL", f"unix://{HOME / 'store.sock'}")
RQ_QUEUES = {"default": {"URL": REDIS_URL, "DEFAULT_TIMEOUT": 300}}
RQ = {"COMMIT_MODE": "auto"}

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# a phone works for weeks without a signal; its session must outlast that
SESSION_COOKIE_AGE = int(timedelta(days=60).total_seconds())
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["backend.foundation.access.MayCall"],
    "DEFAULT_PARSER_CLASSES": ["backend.foundation.parsing.Unread"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "backend.foundation.endpoints.answer_problem",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "安网格 Anwangge",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.0",
    # the viewer is served from here: a town's server may have no way out
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "backend.config.docs.add_protocol",
        "backend.foundation.shapes.add_components",
    ],
}

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
STATIC_URL = "/static/"
# the admin's and the API page's files are served from the packages they come in: nothing to collect
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = HOME / "files"
PWA = Path(os.environ.get("ANWANGGE_PWA", ROOT / "pwa" / "dist")).resolve()
STORAGES = {
    "default": {"BACKEND": "backend.foundation.durable_files.DurableFiles"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # a refused request is an answer, not an incident
    "loggers": {"django.request": {"level": "ERROR"}},
}
