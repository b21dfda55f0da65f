"""The secrets of second factors, encrypted: a copy of the database alone must not be enough to make codes."""

import base64
import hashlib

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from core.actions import action

SALT = b"accounts.second_factor:"
SECRETS = ("secret", "seed")


def _box(key: str) -> Fernet:
    """The web's secret key has other uses, so its digest under a name of our own is the key here."""
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(SALT + key.encode()).digest()))


def encrypted(text: str) -> str:
    return _box(settings.SECRET_KEY).encrypt(text.encode()).decode()


def decrypted(text: str) -> str:
    """Raises InvalidToken when neither the key nor one of SECRET_KEY_FALLBACKS opens it."""
    boxes = [_box(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet(boxes).decrypt(text.encode()).decode()


@action
def encrypt_anew(user_id: int) -> None:
    """Bring what an older key encrypted under the present one, so that the older may go in time."""
    for row in Authenticator.objects.select_for_update().filter(user_id=user_id).order_by("pk"):
        old = {name: row.data[name] for name in SECRETS if name in row.data and not _is_of_today(row.data[name])}
        if old:
            row.data |= {name: encrypted(decrypted(text)) for name, text in old.items()}
            row.save(update_fields=["data"])


def _is_of_today(text: str) -> bool:
    try:
        _box(settings.SECRET_KEY).decrypt(text.encode())
    except InvalidToken:
        return False
    return True
