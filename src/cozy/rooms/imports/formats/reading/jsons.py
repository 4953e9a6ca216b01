"""JSON of strangers, which may be large, broken, or not what its name says."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, Protocol

LARGEST = 64 * 1024 * 1024  # bytes of a document that is read as a whole
_CHUNK = 256 * 1024
_LARGEST_ELEMENT = 16 * 1024 * 1024  # characters
_DECODER = json.JSONDecoder()
_BETWEEN = re.compile(r"[\s,]*")


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int = -1, /) -> bytes:
        """So many of them, or fewer at the end."""
        ...


class UnfitJson(ValueError):
    """This is not the JSON that its name promises."""


def load(stream: Readable, limit: int = LARGEST) -> Any:
    """The value that a stream holds. Raises UnfitJson."""
    raw = stream.read(limit + 1)
    if len(raw) > limit:
        raise UnfitJson("it is too large")
    try:
        return json.loads(raw.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        raise UnfitJson(str(error)) from error


def elements(stream: Readable, name: str = "") -> Iterator[Any]:
    """The elements of an array, one after the other in constant memory: of the member `name`, or of the document.

    Raises UnfitJson where it breaks off: what came before it counts.
    """
    source = _Source(stream)
    source.seek(rf'"{re.escape(name)}"\s*:\s*\[' if name else r"^\s*\[")
    while not source.ends():
        yield source.value()


class _Source:
    """A text that comes in pieces."""

    def __init__(self, stream: Readable) -> None:
        self.stream = stream
        self.decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self.text = ""
        self.at = 0

    def more(self) -> bool:
        chunk = self.stream.read(_CHUNK)
        self.text = self.text[self.at :] + self.decoder.decode(chunk, final=not chunk)
        self.at = 0
        return bool(chunk)

    def seek(self, pattern: str) -> None:
        """Go behind a pattern that begins within the first piece, or in later ones."""
        wanted = re.compile(pattern)
        while self.more():
            found = wanted.search(self.text)
            if found:
                self.at = found.end()
                return
            if len(self.text) > _LARGEST_ELEMENT:
                break
            self.at = 0
        raise UnfitJson("the list is not there")

    def ends(self) -> bool:
        while True:
            self.at = _BETWEEN.match(self.text, self.at).end()  # pyrefly: ignore[missing-attribute]
            if self.at < len(self.text):
                return self.text[self.at] == "]"
            if not self.more():
                raise UnfitJson("it breaks off")

    def value(self) -> Any:
        while True:
            try:
                found, end = _DECODER.raw_decode(self.text, self.at)
            except RecursionError as error:
                raise UnfitJson("it is nested too deeply") from error
            except ValueError as error:
                if len(self.text) - self.at > _LARGEST_ELEMENT or not self.more():
                    raise UnfitJson("it breaks off") from error
                continue
            if end == len(self.text):  # a number may go on
                if self.more():
                    continue
                end = len(self.text)
            self.at = end
            return found


def inner(said: Any, name: str) -> dict[str, Any]:
    """The object that an object has under a name; an empty one where it has none."""
    found = said.get(name) if isinstance(said, dict) else None
    return found if isinstance(found, dict) else {}


def objects(said: Any, name: str) -> list[dict[str, Any]]:
    """The objects of the list that an object has under a name."""
    found = said.get(name) if isinstance(said, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def text(said: Any, name: str) -> str:
    """The text that an object has under a name; "" where it has none."""
    found = said.get(name) if isinstance(said, dict) else None
    return found if isinstance(found, str) else ""
