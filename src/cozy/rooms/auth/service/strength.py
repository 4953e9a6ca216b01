"""How hard a passphrase is to guess; the browser says it as one types (frontend/strength.js), with the same words."""

from __future__ import annotations

import math
import re
import unicodedata

ENOUGH = 36  # bits; below, a program finds it

_COMMON = [
    "password",
    "passe",
    "motdepasse",
    "secret",
    "azerty",
    "qwerty",
    "qwertz",
    "cozy",
    "admin",
    "bonjour",
    "soleil",
    "doudou",
    "loulou",
    "chouchou",
    "iloveyou",
    "letmein",
    "welcome",
    "dragon",
    "monkey",
    "football",
    "princess",
    "sunshine",
    "master",
    "amour",
    "marseille",
    "maison",
    "camille",
]
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "azertyuiop",
    "qwertyuiop",
    "qsdfghjklm",
    "asdfghjkl",
    "wxcvbn",
    "zxcvbnm",
)
_POOLS = ((r"[a-z]", 26), (r"[A-Z]", 26), (r"\d", 10), (r"[^a-zA-Z0-9]", 33))
_LEET = str.maketrans("013@", "oiea")


def bits(secret: str) -> float:
    """Bits of surprise: known words and runs count once, repeated characters hardly at all."""
    text, total = _without_common(unicodedata.normalize("NFC", secret))
    pool = sum(size for kind, size in _POOLS if re.search(kind, text)) or 1
    words = [word for word in re.split(r"[\s\-_.]+", text.strip()) if len(word) > 2]
    by_words = len(words) * 12.5 if len(words) > 1 and all(map(_is_word, words)) else math.inf
    return total + min(_by_characters(text, math.log2(pool)), by_words)


def _is_word(text: str) -> bool:
    """Letters as people write them; what a machine made has capitals anywhere."""
    return text.isalpha() and (text[1:] == text[1:].lower() or text == text.upper())


def _without_common(text: str) -> tuple[str, float]:
    total = 0.0
    for word in _COMMON:
        at = text.lower().translate(_LEET).find(word)
        if at >= 0:
            text, total = text[:at] + text[at + len(word) :], total + 6
    text, years = re.subn(r"(?:19|20)\d\d", "", text)
    return text, total + 6 * years


def _by_characters(text: str, each: float) -> float:
    total, previous, seen = 0.0, "", set[str]()
    for c in text:
        pair = (previous + c).lower()
        is_run = previous != "" and any(pair in row or pair in row[::-1] for row in _ROWS)
        total += 0.8 if c == previous or is_run else 0.8 * each if c in seen else each
        seen.add(c)
        previous = c
    return total
