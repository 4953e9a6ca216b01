"""What a camera says of a picture. Tags by number: EXIF 3.0 §4.6."""

from __future__ import annotations

import re
import struct
from datetime import UTC, datetime, timedelta
from typing import Any

# What cameras write where a person could have said something.
_NOTHING = re.compile(
    r"(?:OLYMPUS|SONY|KONICA|SAMSUNG|MINOLTA) ?(?:DIGITAL CAMERA|DSC|CAMERA)?|DCIM.*|<.*>|\W*|Default|binary comment",
    re.IGNORECASE,
)
_LONGEST_OFFSET = timedelta(hours=14)
_QUARTER = timedelta(minutes=15)


def said(tags: Any) -> dict[str, Any]:
    """Everything that Pillow's Exif tells: the members of Facts in rooms/files. What cannot be read is left out."""
    own, place = _directory(tags, 0x8769), _directory(tags, 0x8825)
    taken_at, offset = _taken(tags, own)
    known = {
        "orientation": _whole(tags, 0x0112, 1, 8), "taken_at": taken_at,
        "offset": offset or _offset_by_satellite(taken_at, place),
        "camera": _named(make=_word(tags, 0x010F), model=_word(tags, 0x0110)), "lens": _word(own, 0xA434),
        "exposure": _exposure(own), "flash": _flash(own), "rating": _whole(tags, 0x4746, 1, 5),
        "title": _wide(tags, 0x9C9B), "description": _sentence(tags, 0x010E) or _wide(tags, 0x9C9C),
        "keywords": [word.strip() for word in (_wide(tags, 0x9C9E) or "").split(";") if word.strip()],
        **_position(place), **_apple(own),
    }  # fmt: skip
    return {name: value for name, value in known.items() if value not in (None, "", [], {})}


def _directory(tags: Any, number: int) -> Any:
    try:
        return tags.get_ifd(number)
    except Exception:
        return {}


def _taken(tags: Any, own: Any) -> tuple[str | None, str | None]:
    """When, to the fraction of a second, and in which zone: of the picture, of its digital form, of the file."""
    for of, at, zone, fraction in (
        (own, 0x9003, 0x9011, 0x9291), (own, 0x9004, 0x9012, 0x9292), (tags, 0x0132, 0x9010, 0x9290),
    ):  # fmt: skip
        if found := _word(of, at):
            digits = _word(own, fraction) or ""
            part = f".{digits[:6]}" if digits.isascii() and digits.isdecimal() else ""
            return found + (part if len(found) == 19 else ""), _word(own, zone) or _word(of, zone)
    return None, None


def _offset_by_satellite(taken_at: str | None, place: Any) -> str | None:
    """The zone of the camera's clock, when GPS tells the time in UTC as well: to the quarter of an hour, as zones are."""
    try:
        day = _word(place, 0x1D) or ""
        hours, minutes, seconds = (float(part) for part in place[7])
        there = _moment(f"{day} 00:00:00") + timedelta(hours=hours, minutes=minutes, seconds=seconds)
        here = _moment(taken_at or "")
    except (KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    quarters = round((here - there) / _QUARTER)
    offset = quarters * _QUARTER
    if abs(offset) > _LONGEST_OFFSET or abs(here - there - offset) > timedelta(minutes=3):
        return None
    minutes_away = abs(quarters) * 15
    return f"{'-' if quarters < 0 else '+'}{minutes_away // 60:02}:{minutes_away % 60:02}"


def _moment(text: str) -> datetime:
    return datetime.strptime(text[:19], "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)


def _exposure(own: Any) -> dict[str, float]:
    numbers = {
        "time": _number(own, 0x829A), "aperture": _number(own, 0x829D), "iso": _number(own, 0x8827),
        "focal_length": _number(own, 0x920A), "focal_length_35mm": _number(own, 0xA405),
    }  # fmt: skip
    known = {name: value for name, value in numbers.items() if value}
    bias = _number(own, 0x9204, least=-50)
    return {**known, "bias": bias} if bias else known


def _flash(own: Any) -> str | None:
    value = _whole(own, 0x9209, 0, 255)
    return None if value is None else "Fired" if value & 1 else "Did not fire"


def _position(place: Any) -> dict[str, float]:
    lat, long = _degrees(place, 1, 2, "S", 90), _degrees(place, 3, 4, "W", 180)
    if lat is None or long is None:
        return {}
    height = _number(place, 6, least=-1_000_000)
    if height is None:
        return {"lat": lat, "long": long}
    is_below = place.get(5) in {1, b"\x01"}
    return {"lat": lat, "long": long, "alt": round(-height if is_below else height, 2)}


def _degrees(place: Any, side: int, number: int, negative: str, most: int) -> float | None:
    """Degrees, minutes and seconds as a number; none when they are not on this planet."""
    try:
        degrees, minutes, seconds = (float(part) for part in place[number])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not value <= most:  # nor is what is no number
        return None
    return round(-value if place.get(side) == negative else value, 7)


def _apple(own: Any) -> dict[str, str]:
    """Out of the maker note of Apple's: what the picture and film of a live photo, and the pictures of a burst share."""
    note = own.get(0x927C)
    if not isinstance(note, bytes) or not note.startswith(b"Apple iOS\0"):
        return {}
    words = _words_of_note(note)
    return {name: words[number] for name, number in (("burst", 0x0B), ("live", 0x11)) if number in words}


def _words_of_note(note: bytes) -> dict[int, str]:
    """The texts of a directory that begins after 14 bytes, its numbers with their high byte first."""
    found: dict[int, str] = {}
    try:
        (count,) = struct.unpack_from(">H", note, 14)
        for n in range(min(count, 200)):
            number, kind, length, at = struct.unpack_from(">HHII", note, 16 + 12 * n)
            if kind == 2 and 4 < length < 100:
                found[number] = note[at : at + length].split(b"\0")[0].decode("ascii")
    except (struct.error, UnicodeDecodeError):
        return {}
    return found


def _word(tags: Any, number: int) -> str | None:
    value = tags.get(number)
    return value.strip("\0 ").split("\0")[0] or None if isinstance(value, str) else None


def _sentence(tags: Any, number: int) -> str | None:
    """What somebody said; Pillow reads bytes as Latin-1 that nowadays are UTF-8."""
    text = _word(tags, number)
    if text is None or _NOTHING.fullmatch(text):
        return None
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def _wide(tags: Any, number: int) -> str | None:
    """A text of Windows, in UTF-16."""
    value = tags.get(number)
    if isinstance(value, tuple):
        value = bytes(value)
    return value.decode("utf-16-le", "ignore").strip("\0 ") or None if isinstance(value, bytes) else None


def _number(tags: Any, number: int, least: float = 0) -> float | None:
    value = tags.get(number)
    try:
        found = float(value[0] if isinstance(value, tuple) else value)
    except (TypeError, ValueError, ZeroDivisionError, IndexError):
        return None
    return round(found, 6) if least <= found < 10_000_000 else None


def _whole(tags: Any, number: int, least: int, most: int) -> int | None:
    value = tags.get(number)
    return value if isinstance(value, int) and least <= value <= most else None


def _named(**parts: str | None) -> dict[str, str]:
    return {name: text for name, text in parts.items() if text}
