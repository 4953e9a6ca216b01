"""What a photo says of itself, in words: camera, lens, exposure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from babel.numbers import format_decimal

from cozy.ui import Words, formats

from ..model import Photo


def lines(words: Words, photo: Photo) -> list[tuple[str, str]]:
    """What to tell: a word and what is known."""
    known = photo.more
    told = [
        (words.gettext("Title"), _text(known, "title")),
        (words.gettext("Description"), _text(known, "description")),
        (words.gettext("Keywords"), ", ".join(_texts(known, "keywords"))),
        (words.gettext("Camera"), _camera(known)),
        (words.gettext("Lens"), _text(known, "lens")),
        (words.gettext("Exposure"), _exposure(words, known)),
    ]
    return [(term, said) for term, said in told if said]


def clock(words: Words, photo: Photo) -> str:
    """What clocks showed where it was taken, where that is known and its zone too; else ""."""
    local, offset = _text(photo.more, "local_datetime"), _text(photo.more, "offset")
    try:
        at = datetime.fromisoformat(local + offset) if local and offset else None
    except ValueError:
        return ""
    if at is None or at.tzinfo is None:
        return ""
    return f"{formats.moment(at, at, words.locale)} (UTC{at.strftime('%z')[:3]}:{at.strftime('%z')[3:]})"


def place(photo: Photo) -> str:
    """Where, as somebody wrote it."""
    said = _mapping(photo.more, "place")
    return ", ".join(filter(None, (_text(said, part) for part in ("city", "state", "country"))))


def _camera(known: Mapping[str, Any]) -> str:
    said = _mapping(known, "camera")
    maker, model = _text(said, "make"), _text(said, "model")
    brand = maker.split(" ")[0].lower()
    return model if brand and brand in model.lower() else f"{maker} {model}".strip()


def _exposure(words: Words, known: Mapping[str, Any]) -> str:
    said = _mapping(known, "exposure")
    seconds, aperture = _number(said, "time"), _number(said, "aperture")
    iso, focal = _number(said, "iso"), _number(said, "focal_length")
    told = [
        _seconds(words, seconds) if seconds else "",
        f"ƒ/{_decimal(words, aperture)}" if aperture else "",
        f"{_decimal(words, focal)} mm" if focal else "",
        f"ISO {iso:g}" if iso else "",
    ]
    return " · ".join(filter(None, told))


def _seconds(words: Words, seconds: float) -> str:
    return f"1/{round(1 / seconds)} s" if seconds < 0.5 else f"{_decimal(words, seconds)} s"


def _decimal(words: Words, value: float) -> str:
    return format_decimal(round(value, 1), locale=words.locale)


def _text(known: Mapping[str, Any], name: str) -> str:
    value = known.get(name)
    return value.strip() if isinstance(value, str) else ""


def _texts(known: Mapping[str, Any], name: str) -> list[str]:
    value = known.get(name)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _number(known: Mapping[str, Any], name: str) -> float:
    value = known.get(name)
    return float(value) if isinstance(value, int | float) and value > 0 else 0.0


def _mapping(known: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = known.get(name)
    return value if isinstance(value, Mapping) else {}
