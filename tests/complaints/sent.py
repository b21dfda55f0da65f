"""Files as people, and those who mean harm, send them; made here, so that none lies in the repository."""

import io
import struct
import zlib
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from complaints.actions.attachments import add_attachment
from complaints.attaching import taken_in
from complaints.models import Attachment, Complaint

SCRIPT = b"<script>globalThis.canary = 1; document.title = 'canary'</script>"


def sent(content: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def attach(complaint: Complaint, by: Any, content: bytes = b"", name: str = "photo.jpg", **more: Any) -> Attachment:
    """Add a file as the product does."""
    with taken_in(sent(content or jpeg(), name)) as taken:
        return add_attachment(complaint.pk, taken, by=by, **more)


def attachment_of(complaint: Complaint) -> int:
    """The id of a picture of this complaint that has its word in its name, made at the first question."""
    row = complaint.attachments.first()
    if row is None:
        name = f"{complaint.word}.png"  # type: ignore[attr-defined]
        row = attach(complaint, None, png(colour=(complaint.pk % 255, 9, 9)), name)
    return row.pk


def image(form: str, size: tuple[int, int] = (64, 48), colour: Any = (200, 30, 30), **more: Any) -> bytes:
    from PIL import Image  # noqa: PLC0415

    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, form, **more)
    return out.getvalue()


def jpeg(size: tuple[int, int] = (64, 48), **more: Any) -> bytes:
    return image("JPEG", size, **more)


def png(size: tuple[int, int] = (64, 48), **more: Any) -> bytes:
    return image("PNG", size, **more)


def webp() -> bytes:
    return image("WEBP")


def jpeg_with_place(orientation: int = 6) -> bytes:
    """A photo held upright, that says where it was taken."""
    from PIL import Image  # noqa: PLC0415

    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = "canary-description"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 14.0, 0.0), 3: "E", 4: (121.0, 28.0, 0.0)})
    return jpeg((80, 40), exif=exif.tobytes())


def png_header(width: int, height: int) -> bytes:
    """A picture that promises more than any machine can hold, in a hundred bytes."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


def pdf(pages: int = 1, extra: bytes = b"", catalog: bytes = b"", trailer: bytes = b"") -> bytes:
    """A PDF of white pages; `extra` are further objects, `catalog` and `trailer` what stands there too."""
    kids = b" ".join(b"%d 0 R" % (3 + at) for at in range(pages))
    objects = [
        b"1 0 obj<</Type/Catalog/Pages 2 0 R" + catalog + b">>endobj\n",
        b"2 0 obj<</Type/Pages/Count %d/Kids[%s]>>endobj\n" % (pages, kids),
        *(b"%d 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 300]>>endobj\n" % (3 + at) for at in range(pages)),
    ]
    body, places = b"%PDF-1.7\n", []
    for each in objects:
        places.append(len(body))
        body += each
    start = len(body + extra)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    xref = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    end = b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return body + extra + xref + end


def pdf_with_script(name: bytes = b"/JavaScript") -> bytes:
    return pdf(catalog=b"/OpenAction<</S" + name + b"/JS(app.alert\\(1\\))>>")


def pdf_with_packed_script() -> bytes:
    packed = zlib.compress(b"9 0 <</S/JavaScript/JS(app.alert\\(1\\))>>")
    return pdf(
        extra=b"8 0 obj<</Type/ObjStm/N 1/First 4/Length %d>>stream\n%s\nendstream endobj\n" % (len(packed), packed)
    )


def wav(seconds: int = 2) -> bytes:
    body = b"\x80" * 8000 * seconds
    form = struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8)
    return (
        b"RIFF"
        + struct.pack("<I", 36 + len(body))
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + form
        + b"data"
        + struct.pack("<I", len(body))
        + body
    )


def mp3(frames: int = 77) -> bytes:
    """About two seconds at 128 kbit/s."""
    return (b"\xff\xfb\x90\x00" + b"\0" * 413) * frames


def aac(frames: int = 5) -> bytes:
    return (b"\xff\xf1\x50\x80\x02\x1f\xfc" + b"\0" * 9) * frames


def box(name: bytes, *inner: bytes) -> bytes:
    body = b"".join(inner)
    return struct.pack(">I", len(body) + 8) + name + body


def m4a(*handlers: bytes) -> bytes:
    header = box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, 2500) + b"\0" * 80)
    tracks = [
        box(b"trak", box(b"mdia", box(b"hdlr", b"\0" * 8 + each + b"\0" * 12))) for each in handlers or (b"soun",)
    ]
    return box(b"ftyp", b"M4A \0\0\0\0M4A mp42") + box(b"moov", header, *tracks) + box(b"mdat", b"\0" * 64)


def ogg(codec: bytes = b"OpusHead") -> bytes:
    def page(granule: int, body: bytes) -> bytes:
        return b"OggS\0\2" + struct.pack("<q", granule) + b"\1\0\0\0" + b"\0" * 8 + bytes([1, len(body)]) + body

    return page(0, codec + b"\1\1\0\0\x80\xbb\0\0\0\0\0") + page(96_000, b"\0" * 20)


def webm(codec: bytes = b"A_OPUS") -> bytes:
    return b"\x1aE\xdf\xa3\x9fB\x82\x84webm" + b"\x18S\x80g\xff" + b"\xae\x86" + codec + b"\0" * 50


def zipped() -> bytes:
    """Fifty megabytes of nothing, which nobody should unpack."""
    import zipfile  # noqa: PLC0415

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../etc/cron.d/x", b"\0" * 5_000_000)
    return out.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>"
HTML = b"<!doctype html><html><body>" + SCRIPT + b"</body></html>"
XHTML = b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">' + SCRIPT + b"</html>"
XML = b'<?xml version="1.0"?><?xml-stylesheet href="x.xsl"?><a/>'
