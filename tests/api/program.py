"""A program of somebody else's: it knows an address and a key, and speaks HTTP."""

import logging
from io import StringIO

import httpx
from django.core.management import call_command

# One line for each request tells nothing that a failing test does not.
logging.getLogger("httpx").setLevel(logging.WARNING)


def make_key(username: str, *scopes: str) -> str:
    """A key as an administrator makes it at the command line."""
    said = StringIO()
    call_command("create_api_key", "--user", username, "--scopes", ",".join(scopes), stdout=said)
    return said.getvalue().splitlines()[-1]


def program(address: str, key: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {key}", "Accept-Language": "en"}
    return httpx.Client(base_url=f"{address}/api/v1/", headers=headers, trust_env=False, timeout=30)
