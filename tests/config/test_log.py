import json
import logging

import pytest
import structlog
from django.conf import settings

from config.log import NowAndThen, without_details, without_health


def test_search_words_stay_out_of_the_log(client, db, caplog):
    with caplog.at_level(logging.INFO, logger="django_structlog"):
        client.get("/accounts/login/?next=/find/?q=13800138000")
    lines = [record.getMessage() for record in caplog.records if "request_finished" in record.getMessage()]
    assert lines
    assert not [line for line in lines if "13800138000" in line]


def test_values_of_a_row_stay_out_of_the_log():
    text = 'duplicate key value violates "unique_phone"\nDETAIL:  Key (phone)=(+8613800138000) already exists.\n'
    event = without_details(None, "error", {"event": "request_failed", "exception": text, "user_agent": "Mozilla"})
    assert "13800138000" not in str(event)
    assert "unique_phone" in event["exception"]
    assert "user_agent" not in event


@pytest.mark.parametrize("code", [200, 503])
def test_questions_of_machines_do_not_fill_the_log(code):
    with pytest.raises(structlog.DropEvent):
        without_health(None, "info", {"request": "GET /healthz", "code": code})
    assert without_health(None, "info", {"request": "GET /", "code": code})


def test_lines_are_json_with_readable_chinese():
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=settings.LOGGING["formatters"]["json"]["processors"],
        foreign_pre_chain=settings.LOGGING["formatters"]["json"]["foreign_pre_chain"],
    )
    line = formatter.format(logging.LogRecord("shop", logging.WARNING, "", 0, "门店 %s", ("西",), None))
    assert "门店 西" in line
    assert json.loads(line)["level"] == "warning"


def test_what_repeats_is_said_now_and_then_and_in_one_line(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("config.log.time.monotonic", lambda: now[0])
    kept = NowAndThen(seconds=60)
    said = []
    for second in range(130):
        now[0] = float(second)
        record = logging.LogRecord("beat", logging.ERROR, "", 0, "Redis is away: %s\n%s", ("refused", "stack"), None)
        if kept.filter(record):
            said.append((second, record.getMessage()))
    assert said == [(0, "Redis is away: refused"), (60, "Redis is away: refused"), (120, "Redis is away: refused")]
