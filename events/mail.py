"""The channel "email"."""

import hashlib
from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.core.mail import EmailMessage

from events.outbox import Delivery, Undeliverable


def message_id_of(key: str) -> str:
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{_domain()}>"


def send_mail(delivery: Delivery) -> str:
    """Send one mail by the house itself. Its Message-ID comes from the key, so a second copy is known as such."""
    return _send(delivery, {"Auto-Submitted": "auto-generated"})


def send_letter(delivery: Delivery) -> str:
    """Send one mail that a person wrote; the rest is as of `send_mail`."""
    return _send(delivery, {})


def _send(delivery: Delivery, headers: dict[str, str]) -> str:
    message_id = message_id_of(delivery.key)
    mail = EmailMessage(
        # A line break in a subject would be another header.
        subject=" ".join(str(delivery.payload["subject"]).split()),
        body=str(delivery.payload["body"]),
        to=[delivery.recipient],
        headers={"Message-ID": message_id, **headers},
    )
    try:
        mail.send()
    except SMTPRecipientsRefused as error:
        if all(code >= 500 for code, _reason in error.recipients.values()):
            raise Undeliverable(str(error)) from error
        raise
    return message_id


def _domain() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip("> ") or "localhost"
