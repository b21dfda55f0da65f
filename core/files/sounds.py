"""Recordings: told apart by the structure of their containers, read a bounded number of bytes, never decoded."""

import math
import struct
from collections.abc import Callable, Iterator
from typing import IO

# More boxes or frames than this are looked at in no file.
MOST_PARTS = 500
TAIL = 65_536
OPUS_RATE = 48_000

_BITRATES = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def read_at(file: IO[bytes], place: int, length: int) -> bytes:
    file.seek(place)
    return file.read(length)


def length_of(file: IO[bytes]) -> int:
    return file.seek(0, 2)


# ---------------------------------------------------------------- WAV


def is_wav(head: bytes, _file: IO[bytes]) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WAVE" and b"fmt " in head[12:]


def _wav_seconds(file: IO[bytes]) -> float | None:
    place, rate = 12, 0
    for _part in range(MOST_PARTS):
        head = read_at(file, place, 8)
        if len(head) < 8:
            return None
        name, size = head[:4], int(struct.unpack("<I", head[4:])[0])
        if name == b"fmt ":
            rate = int(struct.unpack("<I", read_at(file, place + 16, 4).ljust(4, b"\0"))[0])
        if name == b"data":
            # A recorder that was stopped hard leaves no size, or too large a one.
            return min(size, max(length_of(file) - place - 8, 0)) / rate if rate else None
        place += 8 + size + size % 2
    return None


# ---------------------------------------------------------------- Ogg


def is_ogg(head: bytes, _file: IO[bytes]) -> bool:
    is_sound = any(sign in head[:200] for sign in (b"OpusHead", b"\x01vorbis", b"\x7fFLAC", b"Speex   "))
    return head[:4] == b"OggS" and is_sound and b"\x80theora" not in head


def _ogg_seconds(file: IO[bytes]) -> float | None:
    head = read_at(file, 0, 200)
    rate = OPUS_RATE
    if (at := head.find(b"\x01vorbis")) >= 0:
        rate = int(struct.unpack("<I", head[at + 12 : at + 16].ljust(4, b"\0"))[0])
    tail = read_at(file, max(length_of(file) - TAIL, 0), TAIL)
    last = tail.rfind(b"OggS")
    if last < 0 or not rate or len(tail) < last + 14:
        return None
    granule = int(struct.unpack("<q", tail[last + 6 : last + 14])[0])
    return granule / rate if granule > 0 else None


# ---------------------------------------------------------------- WebM


def is_webm(head: bytes, file: IO[bytes]) -> bool:
    if not head.startswith(b"\x1aE\xdf\xa3") or b"webm" not in head[:64]:
        return False
    start = read_at(file, 0, TAIL)
    is_video = any(codec in start for codec in (b"V_VP8", b"V_VP9", b"V_AV1", b"V_MPEG"))
    return not is_video and any(codec in start for codec in (b"A_OPUS", b"A_VORBIS"))


# ---------------------------------------------------------------- MP4


def boxes(file: IO[bytes], start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, first and last place of the content of each box between two places."""
    place = start
    for _part in range(MOST_PARTS):
        head = read_at(file, place, 16)
        if place + 8 > end or len(head) < 8:
            return
        size, name, skip = int(struct.unpack(">I", head[:4])[0]), head[4:8], 8
        if size == 1 and len(head) == 16:
            size, skip = int(struct.unpack(">Q", head[8:])[0]), 16
        elif size == 0:
            size = end - place
        if size < skip:
            return
        yield name, place + skip, min(place + size, end)
        place += size


def _movie(file: IO[bytes]) -> tuple[int, int] | None:
    return next(((start, end) for name, start, end in boxes(file, 0, length_of(file)) if name == b"moov"), None)


def is_mp4(head: bytes, file: IO[bytes]) -> bool:
    """An MP4 with sound and without a picture that moves."""
    if head[4:8] != b"ftyp" or (movie := _movie(file)) is None:
        return False
    handlers = set()
    for name, start, end in boxes(file, *movie):
        for inner, first, last in boxes(file, start, end) if name == b"trak" else ():
            for deepest, at, _end in boxes(file, first, last) if inner == b"mdia" else ():
                if deepest == b"hdlr":
                    handlers.add(read_at(file, at + 8, 4))
    return b"soun" in handlers and b"vide" not in handlers


def _mp4_seconds(file: IO[bytes]) -> float | None:
    movie = _movie(file)
    for name, start, _end in boxes(file, *movie) if movie else ():
        if name == b"mvhd":
            body = read_at(file, start, 32).ljust(32, b"\0")
            scale, length = struct.unpack(">IQ", body[20:32]) if body[0] == 1 else struct.unpack(">II", body[12:20])
            return int(length) / int(scale) if scale else None
    return None


# ---------------------------------------------------------------- AAC and MP3: frame after frame


def _aac_frame(head: bytes) -> int:
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or head[2] >> 2 & 0x0F > 12:
        return 0
    return (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5


def _mp3_frame(head: bytes) -> int:
    """The length of the frame of layer III that begins here; 0 when none does."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, bits, rates = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or bits in (0, 15) or rates == 3:
        return 0
    rate, samples = _RATES[version][rates], 144 if version == 3 else 72
    return samples * _BITRATES[3 if version == 3 else 2][bits] * 1000 // rate + (head[2] >> 1 & 1)


def _has_frames(file: IO[bytes], place: int, measure: Callable[[bytes], int]) -> bool:
    """Three frames in a row are no accident; fewer must fill the file."""
    end = length_of(file)
    for count in range(3):
        length = measure(read_at(file, place, 7))
        if not length:
            return count > 0 and place == end
        place += length
    return True


def _after_tag(file: IO[bytes]) -> int:
    head = read_at(file, 0, 10)
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    return 10 + sum((each & 0x7F) << shift for each, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))


def is_aac(_head: bytes, file: IO[bytes]) -> bool:
    return _has_frames(file, 0, _aac_frame)


def is_mp3(_head: bytes, file: IO[bytes]) -> bool:
    return _has_frames(file, _after_tag(file), _mp3_frame)


def _mp3_seconds(file: IO[bytes]) -> float | None:
    start = _after_tag(file)
    frame = read_at(file, start, 200)
    if not _mp3_frame(frame):
        return None
    version, rates, bits = frame[1] >> 3 & 3, frame[2] >> 2 & 3, frame[2] >> 4
    at = max(frame.find(b"Xing"), frame.find(b"Info"))
    if at > 0 and len(frame) >= at + 12 and frame[at + 7] & 1:
        frames = int(struct.unpack(">I", frame[at + 8 : at + 12])[0])
        return frames * (1152 if version == 3 else 576) / _RATES[version][rates]
    return (length_of(file) - start) * 8 / (_BITRATES[3 if version == 3 else 2][bits] * 1000)


_MEASURES: dict[str, Callable[[IO[bytes]], float | None]] = {
    "audio/wav": _wav_seconds,
    "audio/ogg": _ogg_seconds,
    "audio/mp4": _mp4_seconds,
    "audio/mpeg": _mp3_seconds,
}
LONGEST_SECONDS = 7 * 24 * 3600


def seconds_of(content_type: str, file: IO[bytes]) -> int | None:
    """How long it plays, rounded up; None where only playing it would tell, or where it lies."""
    measure = _MEASURES.get(content_type)
    found = measure(file) if measure else None
    return math.ceil(found) if found is not None and 0 < found < LONGEST_SECONDS else None
