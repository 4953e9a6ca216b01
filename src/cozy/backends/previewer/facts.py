"""Recipes for what pictures say of themselves, and what sidecars say of them. No pixel is unpacked."""

from __future__ import annotations

import io
import json
import mmap
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from . import exif, raws, xmp

# What people say counts more where they say it; what the camera knows, where it knows it.
FROM_PEOPLE = {"title", "description", "keywords", "rating", "place"}
SAMSUNG = b"MotionPhoto_Data"
XMP_TAG = 700  # of TIFF
SIDECAR = 2_000_000  # bytes
TEXT, WORDS = 4_000, 200  # most characters of a text, most keywords


def facts(path: str, kind: str = "image") -> bytes:
    """What a picture says of itself: the members of Facts in rooms/files, as JSON."""
    return _told(_raw(path) if kind == "raw" else _picture(path))


def sidecar(path: str) -> bytes:
    """What a file of XMP says of the picture beside it, in the same way."""
    with open(path, "rb") as file:
        return _told(xmp.said(file.read(SIDECAR)))


def _told(known: Mapping[str, Any]) -> bytes:
    return json.dumps({name: _bounded(value) for name, value in known.items()}).encode()


def _bounded(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode(errors="ignore").decode()[:TEXT]
    if isinstance(value, list):
        return [_bounded(each) for each in value[:WORDS]]
    if isinstance(value, dict):
        return {name: _bounded(each) for name, each in value.items()}
    return value


def _picture(path: str) -> dict[str, Any]:
    import pillow_heif
    from PIL import Image

    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(path) as image:
        packet = _packet(image)
        return {
            **_merged(_exif(image), _xmp(packet), _iptc(image)), "width": image.width, "height": image.height,
            **_motion(path, packet),
        }  # fmt: skip


def _packet(image: Any) -> bytes:
    """The XMP of a picture, wherever its kind keeps it; b"" for none."""
    found = (
        image.info.get("xmp")
        or image.info.get("XML:com.adobe.xmp")
        or getattr(image, "tag_v2", {}).get(XMP_TAG)
        or b""
    )
    return found.encode() if isinstance(found, str) else bytes(found)


def _merged(by_camera: dict[str, Any], by_people: dict[str, Any], by_press: dict[str, Any]) -> dict[str, Any]:
    theirs = {name: value for name, value in by_people.items() if name in FROM_PEOPLE}
    if "taken_at" in by_camera:
        by_people = {name: value for name, value in by_people.items() if name not in {"taken_at", "offset"}}
    return {**by_press, **by_people, **by_camera, **theirs}


def _exif(image: Any) -> dict[str, Any]:
    """A picture whose tags cannot be read has none."""
    if "exif" not in image.info and image.format != "TIFF":
        return {}  # else Pillow unpacks a whole PNG to look behind its pixels
    try:
        return exif.said(image.getexif())
    except Exception:
        return {}


def _xmp(packet: bytes) -> dict[str, Any]:
    try:
        return xmp.said(packet) if packet else {}
    except Exception:
        return {}


def _iptc(image: Any) -> dict[str, Any]:
    """What agencies and older programs say (IPTC IIM 4.2, record 2)."""
    from PIL import IptcImagePlugin

    if "photoshop" not in image.info:
        return {}
    try:
        tags = IptcImagePlugin.getiptcinfo(image) or {}
    except Exception:
        return {}
    words = tags.get((2, 25), [])
    place = {
        name: _text(tags.get((2, number))) for name, number in (("city", 90), ("state", 95), ("country", 101))
    }
    known = {
        "title": _text(tags.get((2, 5))), "description": _text(tags.get((2, 120))),
        "keywords": [_text(word) for word in (words if isinstance(words, list) else [words])],
        "place": {name: text for name, text in place.items() if text},
    }  # fmt: skip
    return {name: value for name, value in known.items() if value}


def _text(value: Any) -> str:
    if not isinstance(value, bytes):
        return ""
    try:
        return value.decode().strip("\0 ")
    except UnicodeDecodeError:
        return value.decode("latin-1").strip("\0 ")


def _motion(path: str, packet: bytes) -> dict[str, Any]:
    """Where the film of a motion photo is, when it is there."""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        start = len(data)
        with suppress(Exception):
            start -= xmp.film_length(packet) if b"otionPhoto" in packet or b"MicroVideo" in packet else 0
        if start == len(data) and (at := data.rfind(SAMSUNG)) >= 0:
            start = at + len(SAMSUNG)
        if start <= 0 or data[start + 4 : start + 8] != b"ftyp":
            return {}
        return {"motion": {"start": start, "size": len(data) - start}}


def _raw(path: str) -> dict[str, Any]:
    """By the file around the JPEG, which knows the most, and by the JPEG."""
    from PIL import Image

    jpeg = raws.preview(path)
    with open(path, "rb") as file:
        outer = raws.header(file.read(1 << 20))
    around: dict[str, Any] = {}
    inside: dict[str, Any] = {}
    with suppress(Exception):
        around = exif.said(raws.tags(outer)) if outer else {}
    with suppress(Exception), Image.open(io.BytesIO(jpeg.data)) as image:
        inside = _exif(image)
    orientation = inside.get("orientation", 1)
    return {
        **inside, **around, "width": jpeg.width, "height": jpeg.height,
        "orientation": jpeg.orientation if orientation == 1 else orientation,
    }  # fmt: skip


RECIPES = {"facts": facts, "sidecar": sidecar}
