"""What a file is, by its content alone: neither its name nor what a browser says of it is believed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.errors import Sentence
from core.files import sounds
from core.files.names import split_ending
from core.files.refusals import FileRefused

HEAD_BYTES = 4096
LONGEST_TEXT = 2 * 2**20


class Group(models.TextChoices):
    """What can be done with a file on a page."""

    PICTURE = "picture", _("Picture")
    PAPER = "paper", _("PDF")
    SOUND = "sound", _("Recording")
    TEXT = "text", _("Text")


@dataclass(frozen=True)
class Kind:
    """A type of file that is taken. `endings`: those its name may have, the usual one first."""

    group: Group
    content_type: str
    endings: tuple[str, ...]
    is_it: Callable[[bytes, IO[bytes]], bool]


def begins(*signs: bytes) -> Callable[[bytes, IO[bytes]], bool]:
    return lambda head, _file: head.startswith(signs)


def _is_webp(head: bytes, _file: IO[bytes]) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


KINDS = (
    Kind(Group.PICTURE, "image/jpeg", ("jpg", "jpeg", "jpe", "jfif"), begins(b"\xff\xd8\xff")),
    Kind(Group.PICTURE, "image/png", ("png",), begins(b"\x89PNG\r\n\x1a\n")),
    Kind(Group.PICTURE, "image/webp", ("webp",), _is_webp),
    Kind(Group.PAPER, "application/pdf", ("pdf",), begins(b"%PDF-1.", b"%PDF-2.")),
    Kind(Group.SOUND, "audio/wav", ("wav",), sounds.is_wav),
    Kind(Group.SOUND, "audio/ogg", ("ogg", "opus", "oga"), sounds.is_ogg),
    Kind(Group.SOUND, "audio/webm", ("webm", "weba"), sounds.is_webm),
    Kind(Group.SOUND, "audio/mp4", ("m4a", "mp4"), sounds.is_mp4),
    Kind(Group.SOUND, "audio/aac", ("aac",), sounds.is_aac),
    Kind(Group.SOUND, "audio/mpeg", ("mp3",), sounds.is_mp3),
)
TEXT = Kind(Group.TEXT, "text/plain", ("txt", "log", "text"), lambda _head, _file: False)
ENDINGS = frozenset(ending for kind in (*KINDS, TEXT) for ending in kind.endings)
# What a page lets one choose.
# By name, so that a phone turns what it has into one of these.
ACCEPT = ",".join(
    dict.fromkeys(
        each for kind in (*KINDS, TEXT) for each in (kind.content_type, *(f".{name}" for name in kind.endings))
    )
)

TAKEN = _("Pictures (JPEG, PNG, WebP), PDF, recordings (MP3, M4A, AAC, OGG, WAV, WebM) and plain text are taken.")
OFFICE = _(
    "Office documents and archives are not taken, since they may hold programs. Save it as a PDF, and send that."
)
MARKUP = _("Web pages, drawings with markup and programs are not taken. Make a picture or a PDF of it, and send that.")
HEIC = _(
    "Photos in Apple’s HEIC form cannot be read here. Send it as JPEG: on the phone choose Settings, Camera, Formats,"
    " “Most Compatible”."
)
VIDEO = _("Videos are not taken. Send pictures of it, or its sound alone.")

_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")


def _is_heic(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS


def _is_video(head: bytes) -> bool:
    return (
        (head[4:8] == b"ftyp") or head.startswith(b"\x1aE\xdf\xa3") or (head[:4] == b"RIFF" and head[8:12] == b"AVI ")
    )


# Known, and not taken: code-free tests of the first bytes, with the sentence that says what to do instead.
NOT_TAKEN: tuple[tuple[Callable[[bytes], bool], Sentence], ...] = (
    (lambda head: head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"\xd0\xcf\x11\xe0", b"Rar!")), OFFICE),
    (lambda head: head.startswith((b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"{\\rtf")), OFFICE),
    (_is_heic, HEIC),
    (_is_video, VIDEO),
)


def kind_of(file: IO[bytes], name: str) -> Kind:
    """Say what the file is. Raises FileRefused: `type_not_allowed`, or `content_mismatch` with its name."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    kind = next((each for each in KINDS if each.is_it(head, file)), None) or _text(head, file, name)
    if kind is None:
        sentence = next((words for is_it, words in NOT_TAKEN if is_it(head)), MARKUP if _is_markup(head) else TAKEN)
        raise FileRefused("type_not_allowed", sentence)
    _compare(kind, name)
    return kind


def _text(head: bytes, file: IO[bytes], name: str) -> Kind | None:
    """Plain text is what calls itself so and is nothing else; a web page with another name is none."""
    if split_ending(name)[1] not in TEXT.endings or not head:
        return None
    if _is_markup(head):
        raise FileRefused(
            "content_mismatch", _("Its name says it is text, but it is a web page or a program. It was not kept.")
        )
    if any(is_it(head) for is_it, _words in NOT_TAKEN):
        return None
    file.seek(0)
    return TEXT if _is_readable(file.read(LONGEST_TEXT + 1)) else None


def _is_readable(content: bytes) -> bool:
    if len(content) > LONGEST_TEXT:
        return False
    codes = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "gb18030")
    for code in codes:
        try:
            text = content.decode(code)
        except UnicodeDecodeError:
            continue
        return not any(sign < " " and sign not in "\t\r\n\f\x1b" for sign in text)
    return False


_MARKUP = (b"<!doctype", b"<html", b"<script", b"<svg", b"<?xml", b"<?php", b"<body", b"<iframe", b"<x:", b"#!/", b"<%")


def _is_markup(head: bytes) -> bool:
    plain = head.replace(b"\0", b"").lower()
    return any(sign in plain for sign in _MARKUP) or plain.startswith((b"mz", b"\x7felf", b"cws", b"fws"))


def _compare(kind: Kind, name: str) -> None:
    """A picture may have the ending of another picture, as phones give it; a recording named .pdf is no accident."""
    ending = split_ending(name)[1]
    others = {each.group for each in (*KINDS, TEXT) if ending in each.endings}
    if others and kind.group not in others:
        words = _(
            "Its name ends with .%(ending)s, but its content is another kind of file (%(kind)s). Check that it is the"
            " right one."
        )
        raise FileRefused("content_mismatch", words % {"ending": ending, "kind": kind.group.label})


def seconds_of(kind: Kind, file: IO[bytes]) -> int | None:
    """How long a recording is, rounded up; None when it does not say."""
    return sounds.seconds_of(kind.content_type, file) if kind.group == Group.SOUND else None
