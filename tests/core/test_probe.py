"""A container's question: is the page healthy?"""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from core.probe import fault, main, name_of_page


@pytest.fixture
def page():
    """A page whose health can be set; remembers under which name it was asked."""
    answers = {"code": 200, "body": json.dumps({"findings": []}), "host": ""}

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            answers["host"] = self.headers["Host"]
            self.send_response(answers["code"])
            self.end_headers()
            self.wfile.write(answers["body"].encode())

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        answers["address"] = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield answers
        server.shutdown()


def test_healthy_page_is_healthy(page, monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", ".complaints.example.com,other.example.com")
    assert main([page["address"]]) is None
    assert page["host"] == "complaints.example.com"


def test_page_that_says_it_is_not_is_not(page):
    page["code"] = 503
    assert fault(page["address"], "localhost") == "/healthz answers 503"


def test_finding_counts_only_for_who_asks_about_it(page, monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", "localhost")
    page["body"] = json.dumps({"findings": ["reserve", "late_outbox"]})
    assert main([page["address"]]) is None
    assert main([page["address"], "--without", "reserve"]) == "/healthz finds reserve"
    assert main([page["address"], "--without", "no_sweep"]) is None


@pytest.mark.parametrize("body", ["", "<html>", "[]", '{"status": "ok"}', '{"findings": null}'])
def test_something_else_on_the_port_is_no_healthy_page(page, body):
    page["body"] = body
    assert fault(page["address"], "localhost").startswith("/healthz does not answer")


@pytest.mark.parametrize(
    ("hosts", "name"),
    [("", "localhost"), ("*", "localhost"), (" a.example , b", "a.example"), (",.b.example", "b.example")],
)
def test_name_is_one_that_the_page_answers_to(hosts, name):
    assert name_of_page(hosts) == name
