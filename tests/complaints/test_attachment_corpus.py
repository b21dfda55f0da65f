"""Whatever is sent is refused, or kept so that it cannot run. Source: RELIABILITY.md 6F, rows 62 to 67."""

import io
import time

import pytest
from PIL import Image

from complaints.models import Attachment
from core.files import storage
from core.files.refusals import FileRefused
from core.files.taking import take_in
from tests.complaints import sent
from tests.complaints.sent import HTML, SCRIPT, SVG, XHTML, XML, attach

NOT_ALLOWED, MISMATCH, UNREADABLE = "type_not_allowed", "content_mismatch", "unreadable"

# Name, content, and why it is not taken.
REFUSED = {
    "a web page": ("page.html", HTML, NOT_ALLOWED),
    "a drawing with a script": ("drawing.svg", SVG, NOT_ALLOWED),
    "XHTML": ("page.xhtml", XHTML, NOT_ALLOWED),
    "a script": ("run.js", b"globalThis.canary = 1", NOT_ALLOWED),
    "XML with a sheet": ("data.xml", XML, NOT_ALLOWED),
    "Flash": ("film.swf", b"CWS\x0a" + b"\0" * 60, NOT_ALLOWED),
    "a program": ("setup.exe", b"MZ\x90\0" + b"\0" * 90, NOT_ALLOWED),
    "a shell script": ("run.sh", b"#!/bin/sh\nrm -rf ~", NOT_ALLOWED),
    "PHP": ("shell.php", b"<?php system($_GET[0]);", NOT_ALLOWED),
    "a web page that calls itself a photo": ("photo.jpg", HTML, NOT_ALLOWED),
    "a drawing that calls itself a photo": ("photo.png", SVG, NOT_ALLOWED),
    "a web page that calls itself text": ("note.txt", HTML, MISMATCH),
    "a drawing that calls itself text": ("note.txt", b"hello\n" + SVG, MISMATCH),
    "a program that calls itself text": ("note.txt", b"MZ\x90\0\3\0\0\0", MISMATCH),
    "UTF-16 of a web page": ("note.txt", HTML.decode().encode("utf-16"), MISMATCH),
    "bytes that call themselves text": ("note.txt", bytes(range(256)), NOT_ALLOWED),
    "a photo that calls itself a PDF": ("paper.pdf", sent.jpeg, MISMATCH),
    "a PDF that calls itself a photo": ("photo.jpg", sent.pdf(), MISMATCH),
    "a recording that calls itself a photo": ("photo.png", sent.wav(), MISMATCH),
    "a zip bomb": ("photos.zip", sent.zipped(), NOT_ALLOWED),
    "an archive that calls itself a photo": ("photo.jpg", sent.zipped(), NOT_ALLOWED),
    "an office document": ("offer.docx", sent.zipped(), NOT_ALLOWED),
    "an old office document": ("offer.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, NOT_ALLOWED),
    "RTF": ("offer.rtf", b"{\\rtf1 hello}", NOT_ALLOWED),
    "RAR": ("x.rar", b"Rar!\x1a\7\0" + b"\0" * 20, NOT_ALLOWED),
    "a photo in HEIC": ("photo.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 60, NOT_ALLOWED),
    "a film": ("film.mp4", sent.m4a(b"vide", b"soun"), NOT_ALLOWED),
    "a film without sound": ("film.mp4", sent.m4a(b"vide"), NOT_ALLOWED),
    "a film in WebM": ("film.webm", sent.webm(b"V_VP9A_OPUS"), NOT_ALLOWED),
    "a film in Ogg": ("film.ogg", sent.ogg(b"\x80theora"), NOT_ALLOWED),
    "a GIF": ("joke.gif", b"GIF89a" + b"\0" * 30, NOT_ALLOWED),
    "half a photo": ("photo.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 60, UNREADABLE),
    "the first bytes of a PDF": ("paper.pdf", b"%PDF-1.7\nnothing", UNREADABLE),
    "a web page that begins as a PDF": ("paper.pdf", b"%PDF-1.4\n" + HTML, UNREADABLE),
    "a picture of 900 million points": ("wall.png", sent.png_header(30_000, 30_000), "too_many_pixels"),
    "a picture that is one long line": ("line.png", sent.png_header(2_000_000, 1), "too_many_pixels"),
    "a picture with half of its points": ("photo.png", lambda: sent.png((600, 600))[:200], UNREADABLE),
    "nothing": ("photo.jpg", b"", "empty"),
    "one byte": ("photo.jpg", b"\xff", NOT_ALLOWED),
    "frames that stop": ("song.mp3", sent.mp3(1)[:100] + b"nothing more", NOT_ALLOWED),
}


def content_of(made):
    return made() if callable(made) else made


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_in_a_sentence_and_leaves_nothing(make_complaint, house, what):
    name, made, code = REFUSED[what]
    complaint, content = make_complaint(), content_of(made)
    before = list(storage.days_kept())
    started = time.monotonic()
    with pytest.raises(FileRefused) as refused:
        attach(complaint, house.clerk, content, name) if content else take_in(sent.sent(b"", name), most_megabytes=1)
    assert time.monotonic() - started < 5
    assert refused.value.reason == code
    assert str(refused.value.message).endswith((".", "”."))
    assert not Attachment.objects.exists()
    assert list(storage.days_kept()) == before


TAKEN = {
    "a photo": ("photo.jpg", sent.jpeg, "image/jpeg", "picture"),
    "a picture": ("shot.png", sent.png, "image/png", "picture"),
    "WebP": ("shot.webp", sent.webp, "image/webp", "picture"),
    "WebP that a browser saved as .jpg": ("shot.jpg", sent.webp, "image/webp", "picture"),
    "a PDF": ("bill.pdf", sent.pdf(3), "application/pdf", "paper"),
    "text": ("note.txt", "买的时候没告诉我".encode(), "text/plain", "text"),
    "text from a Chinese Windows": ("note.txt", "买的时候没告诉我".encode("gb18030"), "text/plain", "text"),
    "text in UTF-16": ("note.txt", "买的时候".encode("utf-16"), "text/plain", "text"),
    "text of one sign": ("note.txt", b"x", "text/plain", "text"),
    "WAV": ("call.wav", sent.wav(), "audio/wav", "sound"),
    "MP3": ("call.mp3", sent.mp3(), "audio/mpeg", "sound"),
    "MP3 with a tag": ("call.mp3", b"ID3\4\0\0\0\0\0\x0a" + b"\0" * 10 + sent.mp3(), "audio/mpeg", "sound"),
    "AAC": ("call.aac", sent.aac(), "audio/aac", "sound"),
    "M4A": ("call.m4a", sent.m4a(), "audio/mp4", "sound"),
    "Opus": ("call.opus", sent.ogg(), "audio/ogg", "sound"),
    "WebM": ("call.webm", sent.webm(), "audio/webm", "sound"),
}


@pytest.mark.parametrize("what", TAKEN)
def test_what_people_need_is_taken(make_complaint, house, what):
    name, made, content_type, group = TAKEN[what]
    content = content_of(made)
    row = attach(make_complaint(), house.clerk, content, name)
    assert (row.content_type, row.group, row.size, row.remark) == (content_type, group, len(content), "")
    with storage.opened(row.storage_name) as file:
        assert file.read() == content, "the original is kept to the byte"
    assert bool(row.views) == (group in ("picture", "paper"))


def test_length_and_pages_are_known_where_the_file_says_so(make_complaint, house):
    complaint = make_complaint()
    sounds = {
        "a.wav": sent.wav(2), "a.mp3": sent.mp3(), "a.m4a": sent.m4a(), "a.opus": sent.ogg(), "a.webm": sent.webm(),
    }  # fmt: skip
    lengths = {name: attach(complaint, house.clerk, content, name).seconds for name, content in sounds.items()}
    assert lengths == {"a.wav": 2, "a.mp3": 3, "a.m4a": 3, "a.opus": 2, "a.webm": None}
    paper = attach(complaint, house.clerk, sent.pdf(3), "a.pdf")
    assert (paper.pages, paper.views) == (3, 3)
    long = attach(complaint, house.clerk, sent.pdf(25), "b.pdf")
    assert (long.pages, long.views) == (25, 20), "the first twenty are drawn"


def pictures_of(row):
    found = []
    for name in row.all_files[1:]:
        with storage.opened(name) as file:
            found.append(file.read())
    return found


def test_a_photo_is_drawn_anew_as_it_was_held_without_what_it_tells_beside(make_complaint, house):
    row = attach(make_complaint(), house.clerk, sent.jpeg_with_place())
    assert (row.width, row.height, row.remark) == (40, 80, "place")
    for drawn in pictures_of(row):
        picture = Image.open(io.BytesIO(drawn))
        assert (picture.format, picture.width < picture.height) == ("WEBP", True)
        assert not picture.getexif()
        assert b"canary" not in drawn
        assert b"EXIF" not in drawn


def test_broken_words_about_a_photo_are_no_reason_to_refuse_it(make_complaint, house):
    row = attach(make_complaint(), house.clerk, sent.jpeg(exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + b"\xfe" * 60))
    assert (row.width, row.height, row.views) == (64, 48, 1)


TAILS = {
    "a page behind a photo": ("photo.jpg", lambda: sent.jpeg() + HTML),
    "an archive behind a photo": ("photo.jpg", lambda: sent.jpeg() + sent.zipped()),
    "a PDF behind a photo": ("photo.jpg", lambda: sent.jpeg() + sent.pdf_with_script()),
    "PHP behind a picture": ("shot.png", lambda: sent.png() + b"<?php system($_GET[0]); ?>" + SCRIPT),
    "a script in the comment of a photo": ("photo.jpg", lambda: sent.jpeg(comment=SCRIPT)),
}


@pytest.mark.parametrize("what", TAILS)
def test_what_hides_in_a_picture_is_in_none_that_is_shown(make_complaint, house, what):
    name, made = TAILS[what]
    row = attach(make_complaint(), house.clerk, made(), name)
    for drawn in pictures_of(row):
        for hidden in (b"<script", b"<?php", b"PK\3\4", b"%PDF"):
            assert hidden not in drawn


ACTIVE = {
    "a script": sent.pdf_with_script(),
    "a script under a spelt name": sent.pdf_with_script(b"/J#61vaScript"),
    "a script in packed objects": sent.pdf_with_packed_script(),
    "a program to start": sent.pdf(catalog=b"/OpenAction<</S/Launch/F(cmd.exe)>>"),
    "a file inside": sent.pdf(catalog=b"/Names<</EmbeddedFiles 9 0 R>>"),
    "a form of another kind": sent.pdf(catalog=b"/AcroForm<</XFA 9 0 R>>"),
}


@pytest.mark.parametrize("what", ACTIVE)
def test_a_pdf_that_could_run_something_is_kept_and_not_shown(make_complaint, house, what):
    row = attach(make_complaint(), house.clerk, ACTIVE[what], "bill.pdf")
    assert (row.remark, row.views) == ("active", 0)


def test_a_pdf_with_a_password_is_kept_and_not_shown(make_complaint, house):
    locked = sent.pdf(
        trailer=b"/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/O(%s)/U(%s)/P -4>>" % (b"o" * 32, b"u" * 32)
    )
    row = attach(make_complaint(), house.clerk, locked, "bill.pdf")
    assert (row.remark, row.views, row.pages) == ("locked", 0, None)


NAMES = {
    "../../etc/passwd.jpg": "passwd.jpg",
    "..\\..\\boot.jpg": "boot.jpg",
    "C:secret.jpg": "C_secret.jpg",
    "CON.jpg": "_CON.jpg",
    "com1.old.jpg": "_com1.old.jpg",
    ".htaccess": "htaccess.jpg",
    "....": "file.jpg",
    "": "file.jpg",
    "a.jpg.exe": "a.jpg.exe.jpg",
    "photo": "photo.jpg",
    "photo.PNG": "photo.jpg",
    "photo.JPEG": "photo.jpeg",
    'a"b\r\nSet-Cookie: x=1.jpg': "a_bSet-Cookie_ x=1.jpg",
    "gpj.\u202etxt.jpg": "gpj.txt.jpg",
    "a\0b.jpg": "ab.jpg",
    "照片 一.jpg": "照片 一.jpg",
    "x" * 300 + ".jpg": "x" * 116 + ".jpg",
    "<b>&'.jpg": "_b_&'.jpg",
}


@pytest.mark.parametrize("given", NAMES)
def test_names_are_shown_cleaned_and_nothing_is_stored_under_them(make_complaint, house, given):
    upload = sent.sent(sent.jpeg())
    upload._name = given
    with sent.taken_in(upload) as taken:
        row = sent.add_attachment(make_complaint().pk, taken, by=house.clerk)
    assert row.name == NAMES[given]
    assert set(row.storage_name) <= set("0123456789abcdef/")
