"""Makes pictures of what people sent: a process of its own with little memory and time, since decoders have faults.

Run as `python -m core.files.workshop picture|paper FILE FOLDER`; it knows neither Django nor the database. Into FOLDER
go `t.webp`, a small picture, and `v1.webp`, `v2.webp` …, large ones; it prints what it found as JSON.
"""

import json
import re
import resource
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

MEMORY = 2 * 2**30
CPU_SECONDS = 25
LARGEST_FILE = 64 * 2**20
# A phone's largest photo has fifty million.
MOST_PIXELS = 64_000_000
LONGEST_SIDE = 20_000
SMALL, LARGE = 320, 2000
PAGE_SIDE = 1600
MOST_PAGES = 20
PAGES_SECONDS = 12
GPS = 0x8825
# Names of PDF that run, send, or hold other files.
ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|RichMedia|XFA|EmbeddedFiles?|GoToE|SubmitForm|ImportData|Rendition)\b")
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
PACKED = re.compile(rb"/ObjStm\b.{0,300}?stream\r?\n", re.DOTALL)
MOST_PACKED = 500
LARGEST_PACKED = 2**20

Found = dict[str, Any]


class Unreadable(Exception):
    """The content is not what its first bytes promise; the code goes to the parent."""


def picture(path: Path, folder: Path) -> Found:
    """Decode it once and write it anew: nothing but its pixels goes on, turned as its camera was held."""
    from PIL import Image, ImageOps  # noqa: PLC0415

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(path, formats=["JPEG", "PNG", "WEBP"]) as image:
        width, height = image.size
        if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
            raise Unreadable("too_many_pixels")
        has_place = False
        with suppress(Exception):
            has_place = bool(image.getexif().get_ifd(GPS))
        # A JPEG is decoded as small as it will be shown.
        image.draft(None, (LARGE, LARGE))
        image.load()
        drawn: Any = image
        with suppress(Exception):
            drawn = ImageOps.exif_transpose(image)
        if (drawn.width < drawn.height) != (width < height):
            width, height = height, width
        _write(drawn, folder)
    return {"width": width, "height": height, "views": 1, "remark": "place" if has_place else ""}


def _write(drawn: Any, folder: Path) -> None:
    is_clear = "A" in drawn.mode or "transparency" in drawn.info
    plain = drawn.convert("RGBA" if is_clear else "RGB")
    plain.thumbnail((LARGE, LARGE))
    _save(plain, folder / "v1.webp", 82)
    plain.thumbnail((SMALL, SMALL))
    _save(plain, folder / "t.webp", 75)


def _save(image: Any, path: Path, quality: int) -> None:
    # Without these nothing that was beside the pixels is written again.
    image.info = {}
    image.save(path, "WEBP", quality=quality, method=3)


def paper(path: Path, folder: Path) -> Found:
    """Draw the first pages. One that could run something, or is locked, is not drawn at all."""
    import pypdfium2 as pdfium  # noqa: PLC0415
    import pypdfium2.raw as pdfium_c  # noqa: PLC0415

    raw = path.read_bytes()
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if pdfium_c.FPDF_GetLastError() == pdfium_c.FPDF_ERR_PASSWORD or b"/Encrypt" in raw:
            return {"pages": None, "views": 0, "remark": "locked"}
        raise Unreadable("unreadable") from error
    count = len(document)
    if not 0 < count <= 32_000:
        raise Unreadable("unreadable")
    is_active = bool(
        pdfium_c.FPDFDoc_GetJavaScriptActionCount(document.raw) > 0
        or pdfium_c.FPDFDoc_GetAttachmentCount(document.raw) > 0
        or any(ACTIVE.search(text) for text in texts_of(raw))
    )
    views = 0 if is_active else _draw_pages(document, count, folder)
    return {"pages": count, "views": views, "remark": "active" if is_active else ""}


def texts_of(raw: bytes) -> Iterator[bytes]:
    """What a PDF says in the clear and in its packed objects, names written with # too."""
    yield _unescaped(raw)
    for at, match in enumerate(PACKED.finditer(raw)):
        if at >= MOST_PACKED:
            return
        with suppress(zlib.error):
            yield _unescaped(zlib.decompressobj().decompress(raw[match.end() :], LARGEST_PACKED))


def _unescaped(text: bytes) -> bytes:
    return ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()), text)


def _draw_pages(document: Any, count: int, folder: Path) -> int:
    started, drawn = time.monotonic(), 0
    for at in range(min(count, MOST_PAGES)):
        try:
            page = document[at]
            width, height = page.get_size()
            scale = min(PAGE_SIDE / max(width, height, 1), 4)
            image = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
        except Exception:
            # The pages before it are shown; the file itself can be downloaded.
            break
        _save(image, folder / f"v{at + 1}.webp", 80)
        if at == 0:
            image.thumbnail((SMALL, SMALL))
            _save(image, folder / "t.webp", 75)
        drawn = at + 1
        if time.monotonic() - started > PAGES_SECONDS:
            break
    return drawn


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(what: str, path: str, folder: str) -> int:
    limit()
    try:
        found = {"picture": picture, "paper": paper}[what](Path(path), Path(folder))
    except Unreadable as error:
        found = {"refused": str(error)}
    except MemoryError:
        found = {"refused": "too_many_pixels"}
    except Exception as error:
        found = {"refused": "too_many_pixels" if "Bomb" in type(error).__name__ else "unreadable"}
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
