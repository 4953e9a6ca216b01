"""What can become of an item."""

from __future__ import annotations

import hashlib
from typing import Literal

from msgspec import Struct

Word = Literal["added", "same", "changed", "beside"]


class Outcome(Struct, frozen=True):
    """What became of an item, and the document that it is now. id: "" where several or none are."""

    word: Word
    digest: str
    doctype: str = ""
    id: str = ""
    rev: str = ""


def key_of(format_: str, source: str) -> str:
    """By what an item is known."""
    return hashlib.sha256(f"{format_}\0{source}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def digest_of(text: str) -> str:
    """What a text holds."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
