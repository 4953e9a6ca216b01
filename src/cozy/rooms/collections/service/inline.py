"""Large values inside texts, such as pictures: kept beside them, once each, and put back on the way out.

In a text that is kept, the value is a marker: `PHOTO;ENCODING=b;TYPE=JPEG:cozy-inline:<sha256 of the base64>`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from cozy.kernel.clock import iso
from cozy.kernel.work import Work

from .. import store
from ..errors import BadText
from ..model import DELETED, TEXT_LIMIT
from ..ports import Kind

MARKER = "cozy-inline:"
SMALLEST = 4096  # characters of base64 that are worth it
_FOLD = re.compile(r"\r?\n[ \t]")
_LARGE = re.compile(
    r"""^(?P<start>[A-Za-z0-9.-]+(?:;[^\r\n]*?)?:(?:data:[^,\r\n]{0,200},)?)   # up to the value, on the first line
        (?P<value>[A-Za-z0-9+/=]*(?:\r?\n[ \t]+[A-Za-z0-9+/=]+)*)(?=\r?$)""",
    re.MULTILINE | re.VERBOSE,
)
_MARKED = re.compile(r"cozy-inline:([0-9a-f]{64})")
_LINE = 74  # characters of a folded line after its space


def taken_out(work: Work, text: str) -> str:
    """The same text with markers; the values are kept. Raises BadText for one that brings markers of its own."""
    if _MARKED.search(_FOLD.sub("", text)):
        raise BadText(reason="it names a value that is kept here")
    if len(text) < SMALLEST:
        return text
    return _LARGE.sub(lambda found: _marked(work, found), text)


def _marked(work: Work, found: re.Match[str]) -> str:
    if len(found["value"]) < SMALLEST:
        return found[0]
    value = re.sub(r"\s+", "", found["value"])
    sha256 = hashlib.sha256(value.encode()).hexdigest()
    store.keep_value(work, sha256, value, iso(work.now))
    return f"{found['start']}{MARKER}{sha256}"


def put_back(work: Work, text: str) -> str:
    """The same text with its values, folded. Markers that would make it larger than a text may be stay as they are."""
    if MARKER not in text:
        return text
    known: dict[str, str] = {}
    left = TEXT_LIMIT

    def value_of(found: re.Match[str]) -> str:
        nonlocal left
        if found[1] not in known:
            known[found[1]] = store.value(work, found[1]) or ""
        left -= len(known[found[1]])
        return known[found[1]] if left >= 0 else found[0]

    unfolded = _FOLD.sub("", text)  # a marker may have been folded by whoever wrote its line anew
    return "\r\n".join("\r\n ".join(_pieces(_MARKED.sub(value_of, line))) for line in unfolded.split("\r\n"))


def filled(work: Work, value: Any) -> Any:
    """A document, or a part of one, with its values in each text that names some."""
    if isinstance(value, str):
        return put_back(work, value)
    if isinstance(value, Mapping):
        return {name: filled(work, each) for name, each in value.items()}
    return [filled(work, each) for each in value] if isinstance(value, list) else value


def doctypes(work: Work) -> list[str]:
    """Those whose documents may name values."""
    return [*(doctype for kind in work.plugged(Kind) for doctype in kind.doctypes), DELETED]


def _pieces(line: str) -> Iterator[str]:
    """At the most 75 octets each, whatever the letters (RFC 5545 §3.1)."""
    data = line.encode()
    if len(data) <= _LINE:
        yield line
        return
    start = 0
    while start < len(data):
        end = min(start + _LINE, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        yield data[start:end].decode()
        start = end


def value(work: Work, marker: str) -> str | None:
    """The base64 behind a marker, None where there is none."""
    found = _MARKED.search(marker)
    return store.value(work, found[1]) if found else None


def missing(work: Work, text: str) -> list[str]:
    """The hashes of the values that a text names and that are not here."""
    return [sha256 for sha256 in _MARKED.findall(text) if store.value(work, sha256) is None]


def sweep(work: Work) -> None:
    """Forget the values of which no text has spoken for a day."""
    old = set(store.values_before(work, iso(work.now - timedelta(days=1))))
    if old:
        texts = store.texts_with_values(work, MARKER, doctypes(work))
        named = {sha for text in texts for sha in _MARKED.findall(text)}
        store.forget_values(work, sorted(old - named))
