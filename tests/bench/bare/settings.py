"""Of a site that does nothing but what is asked: DATABASE_URL and DATA_DIR come from the environment."""

import os
from pathlib import Path

import environ

SECRET_KEY = "bare"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["tests.bench.bare"]
ROOT_URLCONF = "tests.bench.bare.site"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
    }
]
_database = environ.Env().db_url("DATABASE_URL", default=f"sqlite:///{os.environ['DATA_DIR']}/bare.sqlite3")
if _database["ENGINE"].endswith("sqlite3"):
    # As the product has it.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    _database["CONN_MAX_AGE"] = 60
    _database["CONN_HEALTH_CHECKS"] = True
DATABASES = {"default": _database}
