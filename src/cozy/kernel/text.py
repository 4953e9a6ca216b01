"""Text as people type it: normal forms, sort keys."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

_DIGITS = re.compile(r"\d+")

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def nfc(text: str) -> str:
    """The composed Unicode form, so that the same letters are the same name (UAX #15)."""
    return unicodedata.normalize("NFC", text)


def cell(value: Any) -> Any:
    """What stands in a cell of a table that people open in a spreadsheet: none takes it for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def sort_key(text: str) -> str:
    """A key under which plain byte order is the order that people expect.

    Case and accents count last, and numbers in a name count by value: a2 < a10 < À3 < b. Digits are prefixed by
    their count, as two digits.
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return f"{_DIGITS.sub(_by_value, bare)}\x01{text}"


def _by_value(match: re.Match[str]) -> str:
    digits = match.group().lstrip("0")[:99]
    return f"{len(digits):02d}{digits}"
