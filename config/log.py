"""How log lines look: one JSON object each, and nothing in it that says who a customer is."""

import logging
import time
from http import HTTPStatus
from typing import Any

import structlog
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware
from structlog.typing import EventDict, Processor, WrappedLogger


class RequestLogMiddleware(RequestMiddleware):
    """One line for each finished request, without what was asked for: a search is a name or a phone number."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"


def without_health(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Leave out what machines ask all day; who asks gets the answer, good or bad."""
    if event.get("request") == "GET /healthz" and event.get("code") in (HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE):
        raise structlog.DropEvent
    return event


def without_details(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Cut the values of the row out of database errors, and drop the browser's name."""
    event.pop("user_agent", None)
    for key in ("event", "exception"):
        if isinstance(text := event.get(key), str) and "DETAIL:" in text:
            event[key] = "\n".join(line for line in text.splitlines() if not line.startswith("DETAIL:"))
    return event


class NowAndThen(logging.Filter):
    """Lets a message through once in a while, in one line: beat says each second, with stacks, that Redis is away."""

    def __init__(self, seconds: float = 60.0) -> None:
        super().__init__()
        self.seconds = seconds
        self.said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        text, now = record.getMessage().partition("\n")[0], time.monotonic()
        if now - self.said.get(text, -self.seconds) < self.seconds:
            return False
        self.said[text] = now
        record.msg, record.args, record.exc_info = text, None, None
        return True


def structlog_processors() -> list[Processor]:
    return [
        without_health,
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ]


LOG_PROCESSORS: list[Any] = [
    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
    without_details,
    structlog.processors.JSONRenderer(ensure_ascii=False),
]
