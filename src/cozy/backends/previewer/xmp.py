"""What people and their programs say of a picture in XMP (ISO 16684-1): in the file, or in a sidecar beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
XMP = "{http://ns.adobe.com/xap/1.0/}"
EXIF = "{http://ns.adobe.com/exif/1.0/}"
PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
CAMERA = "{http://ns.google.com/photos/1.0/camera/}"
ITEM = "{http://ns.google.com/photos/1.0/container/item/}"
TIFF = "{http://ns.adobe.com/tiff/1.0/}"
AUX = "{http://ns.adobe.com/exif/1.0/aux/}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_DEGREES = re.compile(
    r"(\d+),(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?([NSEW])"
)  # XMP part 2 §2.6.8: GPSCoordinate
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?")
Values = dict[str, list[str]]


def said(packet: bytes) -> dict[str, Any]:
    """Everything that a packet tells: the members of Facts in rooms/files. Raises ParseError, DefusedXmlException."""
    from defusedxml import ElementTree

    root = ElementTree.fromstring(packet.strip(b"\0 \t\r\n").removeprefix(b"http://ns.adobe.com/xap/1.0/\0"))
    values: Values = {}
    for about in root.iter(f"{RDF}Description"):
        _gather(about, values)
    taken_at, offset = _taken(values)
    known = {
        "taken_at": taken_at, "offset": offset, "title": _first(values, f"{DC}title"),
        "description": _first(values, f"{DC}description"), "keywords": list(dict.fromkeys(values.get(f"{DC}subject", ()))),
        "rating": _rating(values), "camera": _named(values, make=f"{TIFF}Make", model=f"{TIFF}Model"),
        "lens": _first(values, f"{AUX}Lens", f"{EXIF}LensModel"), "burst": _first(values, f"{CAMERA}BurstID"),
        "place": _named(values, city=f"{PHOTOSHOP}City", state=f"{PHOTOSHOP}State", country=f"{PHOTOSHOP}Country"),
        **_position(values),
    }  # fmt: skip
    return {name: value for name, value in known.items() if value not in (None, "", [], {})}


def film_length(packet: bytes) -> int:
    """How many bytes before the end of the file the film of a motion photo begins; 0 where it says nothing of one."""
    from defusedxml import ElementTree

    root = ElementTree.fromstring(packet.strip(b"\0 \t\r\n"))
    for element in root.iter():
        if element.get(f"{ITEM}Semantic") == "MotionPhoto":
            return _whole(element.get(f"{ITEM}Length"))
        if offset := _whole(element.get(f"{CAMERA}MicroVideoOffset")):
            return offset
    return 0


def _gather(about: Any, values: Values) -> None:
    """Properties are attributes or elements; those hold a text, or a list of texts in one or more languages."""
    for name, value in about.attrib.items():
        values.setdefault(name, []).append(value.strip())
    for element in about:
        texts = list(_texts(element))
        if texts:
            values.setdefault(element.tag, []).extend(texts)


def _texts(element: Any) -> Iterator[str]:
    items = sorted(element.iter(f"{RDF}li"), key=lambda item: item.get(LANGUAGE) != "x-default")
    for item in items or [element]:
        if text := (item.text or "").strip():
            yield text


def _first(values: Values, *names: str) -> str | None:
    return next((values[name][0] for name in names if values.get(name) and values[name][0]), None)


def _named(values: Values, **names: str) -> dict[str, str]:
    return {key: text for key, name in names.items() if (text := _first(values, name))}


def _taken(values: Values) -> tuple[str | None, str | None]:
    """As EXIF spells them."""
    text = _first(values, f"{EXIF}DateTimeOriginal", f"{PHOTOSHOP}DateCreated", f"{XMP}CreateDate") or ""
    found = _DATE.match(text)
    if not found:
        return None, None
    zone = "+00:00" if found[4] == "Z" else found[4]
    return f"{found[1].replace('-', ':')} {found[2]}{found[3] or ':00'}", zone


def _rating(values: Values) -> int | None:
    try:
        rating = round(float(_first(values, f"{XMP}Rating") or "0"))
    except (ValueError, OverflowError):
        return None
    return rating if -1 <= rating <= 5 and rating else None


def _position(values: Values) -> dict[str, float]:
    lat, long = (_degrees(_first(values, f"{EXIF}GPS{name}") or "") for name in ("Latitude", "Longitude"))
    return {"lat": lat, "long": long} if lat is not None and long is not None else {}


def _degrees(text: str) -> float | None:
    found = _DEGREES.fullmatch(text.strip())
    if not found:
        return None
    value = int(found[1]) + float(found[2]) / 60 + float(found[3] or 0) / 3600
    if value > (90 if found[4] in "NS" else 180):
        return None
    return round(-value if found[4] in "SW" else value, 7)


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 15 else 0
