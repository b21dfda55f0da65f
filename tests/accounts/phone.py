"""A telephone with an authenticator app, as far as tests need one. Source: RFC 6238."""

import base64
import hmac
import re
import struct
import time
from typing import Any

from django.test import Client

PASSWORD = "a-long-password"


def code_of(secret: str, at: float | None = None) -> str:
    """The six digits that an app shows for this key at this moment."""
    step = int(time.time() if at is None else at) // 30
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), "sha1")
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 10**6:06d}"


def key_on(html: str) -> str:
    """The key that the page offers to type into the app."""
    found = re.search(r'id="totp-key"[^>]*>([A-Z2-7 ]+)<', html)
    assert found, html
    return found[1].replace(" ", "")


def sign_in(client: Client, name: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/accounts/login/", {"login": name, "password": password}, **more)


def set_up(client: Client) -> str:
    """Set up the second factor of whoever has just signed in, and return its key."""
    secret = key_on(client.get("/accounts/second-factor/totp/activate/").content.decode())
    answer = client.post("/accounts/second-factor/totp/activate/", {"code": code_of(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return secret
