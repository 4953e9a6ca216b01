"""Names of files and folders that every home and every computer takes."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 180  # characters
_BAD = re.compile(r'[/\\\x00-\x1f\x7f<>:"|?*]+')


def clean(name: str, otherwise: str = "file") -> str:
    """A name without what names may not hold; `otherwise` when nothing is left."""
    plain = _BAD.sub(" ", unicodedata.normalize("NFC", name))
    plain = re.sub(r"\s+", " ", plain).strip(" .")
    if len(plain) <= _LONGEST:
        return plain or otherwise
    stem, dot, ending = plain.rpartition(".")
    if dot and len(ending) <= 10:
        return f"{stem[: _LONGEST - len(ending) - 1].rstrip()}.{ending}"
    return plain[:_LONGEST].rstrip()


def numbered(name: str, number: int) -> str:
    """`bill (2).pdf`."""
    stem, dot, ending = name.rpartition(".")
    return f"{stem} ({number}).{ending}" if dot and stem else f"{name} ({number})"
