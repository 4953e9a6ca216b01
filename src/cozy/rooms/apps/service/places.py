"""Where in an HTML text a value is put, and what it must look like there (Go's html/template, as cozy-stack's apps rely on).

A value in `data-cozy="…"` needs its quotes escaped, one inside a script must be a value of JavaScript, and so on: the
place alone decides, so that no text of an owner or of a manifest can ever become markup.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

import msgspec

Escape = Callable[[str | bool], str]

NEVER = "ZgotmplZ"  # what Go puts in the place of a value that could do harm there
_ENTITIES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;", "\0": "\ufffd"}
)
_BARE = re.compile(r"[\s=`\"'<>&+]")
_IN_SCRIPT = {ord(c): f"\\u{ord(c):04x}" for c in "<>&'\u2028\u2029"}
_IN_STRING = {**_IN_SCRIPT, ord('"'): "\\u0022", ord("`"): "\\u0060", ord("\\"): "\\\\", ord("\n"): "\\n", ord("\r"): "\\r"}  # fmt: skip
_ADDRESS = "!#$&'()*+,/:;=?@[]~%-._"
_ADDRESSES = {"action", "background", "cite", "data", "formaction", "href", "icon", "manifest", "poster", "src", "srcset", "xlink:href"}  # fmt: skip

_MARKUP = re.compile(r"<(?:(?P<comment>!--)|(?P<tag>/?[a-zA-Z][^\s/>]*))")
_ATTRIBUTE = re.compile(r"(?P<name>[^\s=>/][^\s=>]*?)\s*(?:(?P<equals>=)\s*(?P<quote>[\"']?)|(?=[\s>/]|$))")
_SPOKEN = re.compile(r"\\.|[\"'`]|//|/\*|\*/|\n", re.DOTALL)
_WHOLE = {"script", "style", "title", "textarea"}  # elements that hold no markup


def html(value: str | bool) -> str:
    """Between tags."""
    return text(value).translate(_ENTITIES)


def quoted(value: str | bool) -> str:
    """In a quoted attribute, where even what is markup elsewhere is text."""
    return html(value)


def bare(value: str | bool) -> str:
    """In an attribute without quotes."""
    return _BARE.sub(lambda found: f"&#{ord(found.group())};", text(value)) or f"{NEVER}"


def script(value: str | bool) -> str:
    """As a value of JavaScript."""
    return msgspec.json.encode(value).decode().translate(_IN_SCRIPT)


def spoken(value: str | bool) -> str:
    """In a string of JavaScript."""
    return text(value).translate(_IN_STRING)


def style(value: str | bool) -> str:
    """In CSS: words and numbers, nothing that could begin something else."""
    return text(value) if re.fullmatch(r"[\w #.,%-]*", text(value)) else NEVER


def name(value: str | bool) -> str:
    """As the name of an attribute."""
    return text(value) if re.fullmatch(r"[a-zA-Z0-9]+", text(value)) else NEVER


def address(value: str | bool) -> str:
    """As an address, or the beginning of one: never a script."""
    scheme, colon, _ = text(value).partition(":")
    if colon and "/" not in scheme and scheme.lower() not in {"http", "https", "mailto"}:
        return f"#{NEVER}"
    return address_part(value)


def address_part(value: str | bool) -> str:
    """In an address whose beginning is there already."""
    return html(quote(text(value), safe=_ADDRESS))


def query(value: str | bool) -> str:
    """In the query of an address."""
    return quote(text(value), safe="")


def nothing(value: str | bool) -> str:
    """In a comment."""
    return ""


def text(value: str | bool) -> str:
    """As Go prints it."""
    return str(value) if isinstance(value, str) else str(value).lower()


class Place:
    """A place in an HTML text, moved on by reading."""

    def __init__(self) -> None:
        self.state = "text"  # or comment, tag, value, whole
        self._tag = ""
        self._attribute = ""
        self._quote = ""
        self._begun = ""  # what the attribute's value holds so far
        self._string = ""  # the quote of a JavaScript string, or how a comment there ends

    def read(self, part: str) -> None:
        """Go on over a part of the text."""
        at = 0
        while at < len(part):
            at = _READ[self.state](self, part, at)

    def escape(self) -> Escape:
        """How a value is written here."""
        if self.state == "value":
            return self._in_value()
        if self.state == "whole" and self._tag == "script":
            return script if not self._string else nothing if self._string in {"\n", "*/"} else spoken
        if self.state == "whole" and self._tag == "style":
            return style
        return {"comment": nothing, "tag": name}.get(self.state, html)

    def key(self) -> tuple[str, ...]:
        """Equal for places where the same text means the same."""
        return self.state, self._tag, self._attribute, self._quote, self._string

    def copy(self) -> Place:
        """Another at the same place."""
        other = Place()
        other.__dict__.update(self.__dict__)
        return other

    def _in_value(self) -> Escape:
        known = self._attribute.removeprefix("data-")
        if known.startswith("on"):
            return lambda value: html(script(value))
        if known == "style":
            return style
        if known in _ADDRESSES or any(word in known for word in ("src", "uri", "url")):
            return query if re.search(r"[?#]", self._begun) else address_part if self._begun else address
        return quoted if self._quote else bare

    def _read_text(self, part: str, at: int) -> int:
        found = _MARKUP.search(part, at)
        if found is None:
            return len(part)
        self._tag = (found["tag"] or "").lower()
        self.state = "comment" if found["comment"] else "tag"
        return found.end()

    def _read_comment(self, part: str, at: int) -> int:
        return self._until("-->", part, at, "text")

    def _read_tag(self, part: str, at: int) -> int:
        if part[at] == ">":
            self.state = "whole" if self._tag in _WHOLE else "text"
            self._string = ""
            return at + 1
        found = _ATTRIBUTE.match(part, at)
        if found is None:
            return at + 1
        if found["equals"]:
            self.state, self._attribute = "value", found["name"].lower()
            self._quote, self._begun = found["quote"], ""
        return found.end()

    def _read_value(self, part: str, at: int) -> int:
        if not self._quote:
            end = re.compile(r"[\s>]|$").search(part, at)
            stop = end.start() if end else len(part)
            self._begun += part[at:stop]
            if stop < len(part):
                self.state = "tag"
            return stop
        stop = part.find(self._quote, at)
        self._begun += part[at : stop if stop >= 0 else len(part)]
        return self._until(self._quote, part, at, "tag")

    def _read_whole(self, part: str, at: int) -> int:
        end = re.compile(rf"</{self._tag}", re.IGNORECASE).search(part, at)
        self._speak(part[at : end.start() if end else len(part)])
        if end is None:
            return len(part)
        self.state = "text"
        return end.start()

    def _speak(self, part: str) -> None:
        """Keep track of strings and comments in a script."""
        for found in _SPOKEN.finditer(part):
            word = found.group()
            if not self._string:
                self._string = {"//": "\n", "/*": "*/"}.get(word, word if word in "\"'`" else "")
            elif word == self._string:
                self._string = ""

    def _until(self, mark: str, part: str, at: int, then: str) -> int:
        stop = part.find(mark, at)
        if stop < 0:
            return len(part)
        self.state = then
        return stop + len(mark)


_READ: dict[str, Callable[[Place, str, int], int]] = {
    "text": Place._read_text,
    "comment": Place._read_comment,
    "tag": Place._read_tag,
    "value": Place._read_value,
    "whole": Place._read_whole,
}
