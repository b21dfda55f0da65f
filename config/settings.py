"""The one settings file. What installations differ in comes from the environment, with safe defaults for one machine.

Figures of the business are not here: they are policies, which managers edit.
"""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from api.documents import COMPONENTS as API_COMPONENTS
from api.documents import DESCRIPTION as API_DESCRIPTION
from config.local import data_folder, kept_secret
from config.log import LOG_PROCESSORS, structlog_processors
from config.safety import number, unsafe

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
# Kept out of git; what the environment says already wins over it.
if (BASE_DIR / ".env").is_file():
    env.read_env(BASE_DIR / ".env", overwrite=False)

# ---------------------------------------------------------------- the installation
ENVIRONMENT: str = env.str("ENVIRONMENT", default="local")
PRODUCTION = ENVIRONMENT == "production"
DEBUG: bool = env.bool("DEBUG", default=False)
DATA_DIR = data_folder(env.str("DATA_DIR", default="") or BASE_DIR / "data")
# Only this machine can reach the page unless somebody asks for more.
HOST: str = env.str("HOST", default="127.0.0.1")
PORT = int(number("PORT", env.str("PORT", default="8000"), least=1, most=65535))
WEB_WORKERS = int(number("WEB_WORKERS", env.str("WEB_WORKERS", default="2"), least=1, most=64))
# How often due deadlines are looked for.
SWEEP_SECONDS = number("SWEEP_SECONDS", env.str("SWEEP_SECONDS", default="1"), least=0.1, most=60)
REDIS_URL: str = env.str("REDIS_URL", default="")

DEMO: bool = env.bool("DEMO", default=not PRODUCTION)
# Everybody knows this password, so only the accounts of the demonstration have it.
DEMO_PASSWORD = "demo-complaints"  # noqa: S105
DEMO_USERNAMES = (
    "frontdesk1",
    "handler1",
    "supervisor1",
    "manager1",
    "salesconsultant1",
    "salesmanager1",
    "serviceadvisor1",
    "auditor1",
    "admin",
)

SECRET_KEY: str = env.str("SECRET_KEY", default="") or kept_secret(DATA_DIR / "secret_key", PRODUCTION)
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
# Signs the hourly checkpoints over the event log.
EVENTS_SIGNING_KEY: str = env.str("EVENTS_SIGNING_KEY", default="") or kept_secret(DATA_DIR / "events_key", PRODUCTION)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# ---------------------------------------------------------------- what is built in
INSTALLED_APPS = [
    "api",
    "insights",
    "compensation",
    "complaints",
    "deadlines",
    "customers",
    "accounts",
    "policies",
    "events",
    "core",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "config.apps.SessionListConfig",
    "django_htmx",
    "template_partials",
    "csp",
    "django_structlog",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    # What every answer says to browsers, files and errors too, stands above all that may answer.
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "api.middleware.ApiMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.caching.NotKeptMiddleware",
    "config.log.RequestLogMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "policies.middleware.PoliciesMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.idle.IdleMiddleware",
    "accounts.middleware.PreferencesMiddleware",
    "accounts.middleware.SignInMiddleware",
    "accounts.second_factor.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "core.htmx.HtmxAnswerMiddleware",
    "core.middleware.DomainErrorMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
FORM_RENDERER = "core.forms.Renderer"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---------------------------------------------------------------- the database
_database: dict[str, Any] = {"ENGINE": "config.sqlite3", "NAME": str(DATA_DIR / "db.sqlite3")}
if env.str("DATABASE_URL", default=""):
    _database = env.db_url("DATABASE_URL")
if _database["ENGINE"].endswith("sqlite3"):
    _database["ENGINE"] = "config.sqlite3"
    # Without IMMEDIATE a transaction that reads before it writes fails at once when somebody else wrote in between.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    # A connection is kept for the next request, after a look whether it still lives.
    _database.setdefault("CONN_MAX_AGE", 60)
    _database["CONN_HEALTH_CHECKS"] = True
    _database.setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DATABASES = {"default": _database}

# ---------------------------------------------------------------- the cache: counts failed sign-ins for all processes
CACHES: dict[str, dict[str, Any]] = {
    "files": {
        "BACKEND": "config.cache.LockedFileCache",
        "LOCATION": str(DATA_DIR / "cache"),
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}
CACHES["default"] = CACHES["files"]
if REDIS_URL:
    CACHES["default"] = {
        "BACKEND": "config.cache.SteadyRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
    }

# ---------------------------------------------------------------- Celery: only wakes what is in the database
BROKER_FOLDERS = [] if REDIS_URL else [DATA_DIR / "broker" / "messages", DATA_DIR / "broker" / "control"]
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {"socket_connect_timeout": 1}
else:
    CELERY_BROKER_URL = "filesystem://localhost"
    CELERY_BROKER_TRANSPORT = "config.broker:RenameTransport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        # Both are the same, since reader and writer are on one machine.
        "data_folder_in": str(BROKER_FOLDERS[0]),
        "data_folder_out": str(BROKER_FOLDERS[0]),
        "control_folder": str(BROKER_FOLDERS[1]),
        "polling_interval": 0.2,
    }
# A worker takes from all of them unless it is told which (`-Q deadlines`), so no slow delivery holds up a deadline.
CELERY_TASK_QUEUES = [Queue(name, routing_key=name) for name in ("deadlines", "deliveries", "reports")]
CELERY_TASK_DEFAULT_QUEUE = "deadlines"
CELERY_TASK_ROUTES = {"events.tasks.dispatch_outbox": {"queue": "deliveries"}, "core.tasks.*": {"queue": "reports"}}
CELERY_TASK_ROUTES["insights.tasks.*"] = {"queue": "reports"}
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# Only tasks that acknowledge late are meant, and we have none; said, because Celery warns of a new default.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
# A publish to a dead broker must fail at once: the caller has saved already, and the sweep will find it.
CELERY_TASK_PUBLISH_RETRY = False

# ---------------------------------------------------------------- mail
# On one machine a mail is printed by the worker that sends it.
globals().update(env.email_url("EMAIL_URL", default="smtp://localhost:25" if PRODUCTION else "consolemail://"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="complaints@localhost")

# ---------------------------------------------------------------- people
AUTH_USER_MODEL = "accounts.User"
# One backend says who somebody is and what their roles allow; there are no superusers.
AUTHENTICATION_BACKENDS = ["accounts.backends.RoleBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "config.signin.ClosedAdapter"
ACCOUNT_FORMS = {"login": "accounts.forms.SignInForm", "reauthenticate": "accounts.forms.ConfirmForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
# Wrong passwords and wrong codes count together: ten in a quarter of an hour for one account, and from one address.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "10/15m/ip,5/5m/key,10/15m/key",
    "change_password": "5/m/user",
}
MFA_ADAPTER = "config.signin.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.second_factor_forms.AuthenticateForm",
    "reauthenticate": "accounts.second_factor_forms.ReauthenticateForm",
    "activate_totp": "accounts.second_factor_forms.ActivateForm",
}
# How many proxies of our own stand before us: only what they add to X-Forwarded-For is believed.
ALLAUTH_TRUSTED_PROXY_COUNT = int(number("TRUSTED_PROXIES", env.str("TRUSTED_PROXIES", default="0"), least=0, most=10))
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_ENGINE = "accounts.session_store"
# From signing in on, however busy; how long it may lie untouched is a policy.
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())

# ---------------------------------------------------------------- language and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
PHONENUMBER_DEFAULT_REGION = "CN"

# ---------------------------------------------------------------- the API
# Requests a minute: of one key or one signed-in person, and of one address without either.
API_RATE_PER_MINUTE = int(
    number("API_RATE_PER_MINUTE", env.str("API_RATE_PER_MINUTE", default="600"), least=1, most=1_000_000)
)
API_ANONYMOUS_RATE_PER_MINUTE = int(
    number(
        "API_ANONYMOUS_RATE_PER_MINUTE",
        env.str("API_ANONYMOUS_RATE_PER_MINUTE", default="120"),
        least=1,
        most=1_000_000,
    )
)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "api.authentication.KeyAuthentication",
        "api.authentication.BrowserAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["api.permissions.InScope"],
    "DEFAULT_PARSER_CLASSES": ["api.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["api.rendering.Json"],
    "DEFAULT_THROTTLE_CLASSES": ["api.throttling.PerCaller"],
    "DEFAULT_SCHEMA_CLASS": "api.openapi.Operation",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "api.problems.answer",
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Complaints",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "DESCRIPTION": API_DESCRIPTION,
    "APPEND_COMPONENTS": API_COMPONENTS,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": ["api.words.name_words"],
    "ENABLE_LIST_MECHANICS_ON_NON_2XX": False,
}

# ---------------------------------------------------------------- files that people send
# Where they are kept: empty is a folder of DATA_DIR, else s3://key:secret@bucket/folder?endpoint=https://…&region=….
FILES_URL: str = env.str("FILES_URL", default="")
# Who looks them over for viruses: clamd://host:3310, clamd:///run/clamd.sock, or the path of a Scanner of one's own.
FILES_SCANNER: str = env.str("FILES_SCANNER", default="")
FILE_UPLOAD_HANDLERS = [
    "core.files.uploads.BoundedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# ---------------------------------------------------------------- static files
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Served from where they lie, so that nobody has to collect them first.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = not PRODUCTION
WHITENOISE_MAX_AGE = 3600

# ---------------------------------------------------------------- what browsers are told
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "script-src": [SELF],
        "img-src": [SELF, "data:"],
        "media-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "core.views.csrf_failure"
if PRODUCTION:
    # A cookie of this name can be set neither by a neighbouring host nor over plain HTTP.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, LANGUAGE_COOKIE_NAME = "__Host-session", "__Host-csrf", "__Host-language"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    # The API refuses what comes in the clear by itself.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^api/"]
    SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds())
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    # To be preloaded by browsers is for the owner of the domain to decide, who can hardly take it back.
    SILENCED_SYSTEM_CHECKS = ["security.W021"]
    if ALLAUTH_TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# ---------------------------------------------------------------- logs: one JSON object a line, without personal data
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
# api.middleware lets none pass but what it has checked or made.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True
# A start is logged only by who looks for trouble, and a tick of every second would drown the rest.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_CELERY_DEFAULT_LOG_LEVEL = logging.DEBUG
structlog.configure(
    processors=structlog_processors(),
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": LOG_PROCESSORS,
            "foreign_pre_chain": structlog_processors()[1:-1],
        }
    },
    "filters": {"now and then": {"()": "config.log.NowAndThen"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        # Django's own handlers would say the same again, in another form.
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        # RequestLogMiddleware has said it already, with who and which request.
        "django.request": {"level": "CRITICAL"},
        "celery.beat": {"level": "WARNING", "filters": ["now and then"]},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        # Says of each paper which glyphs it keeps.
        "fontTools": {"level": "WARNING"},
        "fpdf": {"level": "WARNING"},
    },
}
# Django sets this up too, but Celery must not set up its own over it.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

if faults := unsafe(globals()):
    raise ImproperlyConfigured("\n- ".join(["This installation is not safe to start.", *faults]))
