"""Texts whose encoding nobody said, or said wrongly."""

from __future__ import annotations

import re
from typing import Any

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_INVISIBLE = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")  # marks of direction
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\]+")
_LONGEST_NAME = 120  # characters


def decoded(raw: bytes, otherwise: str = "cp1252") -> str:
    """The text of some bytes: as their first bytes say, else UTF-8, else as `otherwise` has it; never an error."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, "replace")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode(otherwise, "replace")


def mended(value: Any) -> Any:
    """A JSON value whose texts were UTF-8 that somebody took for Latin-1, as Meta writes them (`dÃ©jÃ ` → `déjà`)."""
    if isinstance(value, str):
        return _mended_text(value)
    if isinstance(value, list):
        return [mended(one) for one in value]
    if isinstance(value, dict):
        return {_mended_text(name): mended(one) for name, one in value.items()}
    return value


def _mended_text(text: str) -> str:
    """A text that is right already holds letters that Latin-1 has not, or bytes that are no UTF-8: it stays."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def visible(text: str) -> str:
    """A text without marks of direction, its narrow spaces as spaces."""
    return _INVISIBLE.sub("", text).replace("\u202f", " ").replace("\xa0", " ")


def as_name(title: str, otherwise: str = "Untitled") -> str:
    """A title as the name of a file: one line, no slash, not too long."""
    name = _UNSAFE.sub(" ", title).strip(" .")[:_LONGEST_NAME].strip(" .")
    return " ".join(name.split()) or otherwise
