from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"

    def ready(self) -> None:
        # The hourly chores load with the app.
        from api import idempotency, personal  # noqa: F401
