"""What cameras write raw (CR2, CR3, NEF, ARW, DNG, RAF, ORF, RW2, PEF…): the JPEG inside, which they show on their screen."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

START = b"\xff\xd8\xff"
BASELINE = {
    0xC0,
    0xC1,
    0xC2,
}  # frames that every program reads; 0xC3 is the raw data itself, packed without loss
STANDALONE = {0x01, *range(0xD0, 0xD8)}  # markers without a length
CANDIDATES = 64
MARKERS = 200  # before the frame, of one JPEG


class Preview(NamedTuple):
    """A JPEG, and how the file around it says that it is to be turned (EXIF 3.0 §4.6.6); 1 where it says so itself."""

    data: bytes
    orientation: int
    width: int
    height: int


def preview(path: str) -> Preview:
    """The largest JPEG in a file. Raises ValueError when there is none."""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        found = max(_jpegs(data), default=None)
        if found is None:
            raise ValueError("No picture is in this file.")
        _, width, height, start = found
        jpeg = data[start:]
        outer = header(data[: 1 << 20])
    own = _orientation(_exif_of(jpeg))
    return Preview(jpeg, 1 if own != 1 else _orientation(outer), width, height)


def _jpegs(data: Any) -> Iterator[tuple[int, int, int, int]]:
    """Pixels, width, height and start of what looks like a JPEG."""
    at = -1
    for _ in range(CANDIDATES):
        at = data.find(START, at + 1)
        if at < 0:
            return
        if size := _size(data, at + 2):
            yield size[0] * size[1], *size, at


def _size(data: Any, at: int) -> tuple[int, int] | None:
    """Width and height by the first frame of a JPEG whose markers begin here; None when it is none (ITU T.81 §B.2)."""
    for _ in range(MARKERS):
        if at + 9 > len(data) or data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker in STANDALONE or marker == 0xFF:
            at += 1 if marker == 0xFF else 2
            continue
        length = struct.unpack_from(">H", data, at + 2)[0]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return (width, height) if marker in BASELINE and width and height else None
        if marker == 0xDA or length < 2:
            return None
        at += 2 + length
    return None


def header(data: bytes) -> bytes:
    """The TIFF header that most raw files are, as one that TIFF readers know; b"" where there is none."""
    if data[:4] in {b"II*\0", b"MM\0*"}:
        return data
    if data[:4] in {b"IIRO", b"IIRS", b"IIU\0"}:  # Olympus, Panasonic
        return b"II*\0" + data[4:]
    at = data.find(b"CMT1")  # Canon CR3: boxes that hold TIFF
    return data[at + 4 :] if at >= 0 else b""


def _exif_of(jpeg: bytes) -> bytes:
    at = jpeg.find(b"Exif\0\0", 0, 4096)
    return jpeg[at + 6 : at + 6 + 65_536] if at >= 0 else b""


def _orientation(tiff: bytes) -> int:
    value = tags(tiff).get(0x0112) if tiff else 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def tags(tiff: bytes) -> Any:
    """What the first directory of a TIFF header says, as Pillow's Exif."""
    from PIL import Image

    exif = Image.Exif()
    exif.load(b"Exif\0\0" + tiff)
    return exif
