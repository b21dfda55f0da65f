import os

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# These ask the database, so the apps must be ready.
from config.safety import check_demo_passwords  # noqa: E402
from deadlines import watchdog  # noqa: E402

if errors := check_demo_passwords(databases=["default"]):
    raise ImproperlyConfigured(f"{errors[0].msg} {errors[0].hint}")

# Deadlines fire even when worker, beat or broker are gone.
watchdog.start()
