"""Content lines, the grammar that vCard and iCalendar share (RFC 6350 §3.3, RFC 5545 §3.1), without loss.

A text becomes components of lines and components, in their order. A line that nobody touched is written back as it came,
folds, case and quotes included: neither icalendar nor vobject keeps those, both lose some of the parameters and groups that
devices depend on, and they take milliseconds for what takes some ten microseconds here.

Three steps, each of use by itself: `decode` makes text of bytes, `parse` makes components of a text, `write` makes a text.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

from .problems import BadLine

_FOLD_OCTETS = 75
_DEPTH_LIMIT = 20
_REMEMBERED_LIMIT = 200  # characters

# Possessive, so that no line can make it look twice at a character.
_HEAD = re.compile(r'(?:([\w\-]++)\.)?([\w\-]++)[ \t]*((?:;(?:[^":;\n]++|"[^"\n]*+")*+)*+):')
_LOGICAL = re.compile(r"[^\n]*+(?:\n[ \t][^\n]*+)*+")
_WHOLE = re.compile(f"{_HEAD.pattern}({_LOGICAL.pattern})")
_FOLD = re.compile(r"\n[ \t]")
_FOLD_OF_BYTES = re.compile(rb"\r?\n[ \t]")
# No parser of XML 1.0 takes them, nor does PostgreSQL take the first: RFC 5545 §3.1 and RFC 6350 §3.3 forbid them all.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_PARAMETER = re.compile(r'([^=;"]*+)(=?)((?:[^";]++|"[^"]*+")*+)')
_LISTED = re.compile(r'"[^"]*+"|[^",]++')
_CARET = re.compile(r"\^(['n^])")
_CARETS = {"n": "\n", "'": '"', "^": "^"}
_NEEDS_CARET = re.compile(r'[\n"^]')
_CARETED = {"\n": "^n", '"': "^'", "^": "^^"}
_NEEDS_QUOTES = re.compile(r"[:;,]")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPE_OR_SEPARATOR = re.compile(r"\\.|[;,]", re.DOTALL)
_JOINTS = {"QUOTED-PRINTABLE": "\n", "BASE64": "\n ", "": ""}
_ENCODINGS = {"QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT", "B"}


class Line(Struct, frozen=True, gc=False):
    """One content line: `group.NAME;PARAMETERS:value`."""

    name: str  # upper case
    value: str  # unfolded, as written otherwise: what its escapes mean is for the property to say
    parameters: str = ""  # as written, from the first semicolon
    group: str = ""
    number: int = 0  # where it begins in the text, counted from 1; 0: a line of ours
    raw: str = ""  # as it came, folds (`\n `) included; empty for a line of ours

    def params(self) -> dict[str, list[str]]:
        """Its parameters, names in upper case, without quotes and carets. vCard 2.1's bare ones are types or encodings."""
        return {name: list(values) for name, values in _known(self.parameters)} if self.parameters else {}

    def param(self, name: str) -> str:
        """The first value of a parameter; "" where there is none."""
        if not self.parameters:
            return ""
        return next((values[0] for known, values in _known(self.parameters) if known == name and values), "")


class Component(Struct, frozen=True, gc=False):
    """What stands between BEGIN and END: lines and components, in their order."""

    name: str  # upper case
    parts: tuple[Line | Component, ...] = ()
    begin: Line | None = None  # as they came
    end: Line | None = None

    @property
    def number(self) -> int:
        """The line where it begins, counted from 1; 0 for one of ours."""
        return self.begin.number if self.begin else 0

    def lines(self, name: str = "") -> list[Line]:
        """Its own lines of that name, all where none is given."""
        return [part for part in self.parts if type(part) is Line and (not name or part.name == name)]

    def line(self, name: str) -> Line | None:
        """Its first line of that name."""
        return next((part for part in self.parts if type(part) is Line and part.name == name), None)

    def value(self, name: str) -> str:
        """What its first line of that name says, as written; "" where there is none."""
        found = self.line(name)
        return found.value if found else ""

    def components(self, name: str = "") -> list[Component]:
        """The components directly inside, of that name where one is given."""
        return [part for part in self.parts if type(part) is Component and (not name or part.name == name)]


def decode(content: bytes, charset: str = "") -> str:
    """The text of these bytes: of the charset that is said, else UTF-8 or UTF-16 by its mark, else Windows' Latin-1.

    Folds that cut through a character (RFC 5545 §3.1 tells of such writers) are mended. charset: one that nobody knows does
    not count.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    content = content.removeprefix(b"\xef\xbb\xbf")
    for candidate in (content, _FOLD_OF_BYTES.sub(b"", content)):
        try:
            return candidate.decode(charset or "utf-8")
        except (UnicodeError, LookupError):
            continue
    return content.decode("utf-8" if charset and _is_utf8(content) else "cp1252", "replace")


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def normal(text: str) -> str:
    """The same text as we keep it: line ends CRLF and one at the end, no mark of byte order, no control character."""
    return _plain(text).rstrip("\n").lstrip("\n \t").replace("\n", "\r\n") + "\r\n"


def _plain(text: str) -> str:
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", text) if _CONTROLS.search(text) else text


def parse(text: str, first: int = 1) -> tuple[Component, ...]:
    """The components of a text, whatever its line ends are. first: the number of its first line. Raises BadLine."""
    found: list[Component] = []
    open_: list[tuple[str, Line, list[Line | Component]]] = []
    for line in logical(text, first):
        if line.name == "BEGIN":
            if len(open_) >= _DEPTH_LIMIT:
                raise BadLine(line=line.number, reason="too many components inside of one another")
            open_.append((line.value.strip().upper(), line, []))
        elif not open_:
            raise BadLine(line=line.number, reason="BEGIN is missing before this line")
        elif line.name == "END":
            name, begin, parts = open_.pop()
            if line.value.strip().upper() != name:
                raise BadLine(line=line.number, reason="another END is expected here")
            component = Component(name, tuple(parts), begin, line)
            (open_[-1][2] if open_ else found).append(component)
        else:
            open_[-1][2].append(line)
    if open_:
        raise BadLine(line=open_[-1][1].number, reason="what begins here is never ended")
    return tuple(found)


def logical(text: str, first: int = 1) -> Iterator[Line]:
    """The lines of a text, unfolded; empty ones are passed over. Raises BadLine."""
    text = _plain(text)
    if "=\n" in text or _is_of_21(text):
        yield from (_line(number, raw) for number, raw in _joined(_physical(text, first)))
        return
    number, at, end = first, 0, len(text)
    while at < end:
        found = _WHOLE.match(text, at)
        if found is None:  # blank, folded before its colon, or wrong
            raw = _raw(text, at)
            if raw and not raw.isspace():
                yield _line(number, raw)
        else:
            raw = found[0]
            group, name, parameters, value = found.groups("")
            yield Line(
                name.upper(), _FOLD.sub("", value) if "\n" in value else value, parameters, group, number, raw
            )
        at += len(raw) + 1
        number += raw.count("\n") + 1


def _physical(text: str, first: int) -> Iterator[tuple[int, str]]:
    number, at = first, 0
    while at < len(text):
        raw = _raw(text, at)
        if raw and not raw.isspace():
            yield number, raw
        at += len(raw) + 1
        number += raw.count("\n") + 1


def _raw(text: str, at: int) -> str:
    """The line that begins there, its folds included."""
    found = _LOGICAL.match(text, at)
    return found[0] if found else ""


def _line(number: int, raw: str) -> Line:
    whole = raw.replace("=\n", "") if _manner(raw) == "QUOTED-PRINTABLE" else raw
    whole = _FOLD.sub("", whole)
    head = _HEAD.match(whole)
    if head is None:
        raise BadLine(line=number, reason=_complaint(whole))
    group, name, parameters = head.groups("")
    return Line(name.upper(), whole[head.end() :], parameters, group, number, raw)


def _is_of_21(text: str) -> bool:
    return "VERSION:2.1" in text


def _joined(raws: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The same lines; those of vCard 2.1 that go on without a space (quoted-printable, bare base64) are one each.

    They are kept as folds; base64 gets the space that was missing.
    """
    held: list[str] = []
    start, manner = 0, ""
    for number, raw in raws:
        if held and _goes_on(held[-1], manner, raw):
            held.append(raw)
            continue
        if held:
            yield start, _JOINTS[manner].join(held)
        held, start, manner = [raw], number, _manner(raw)
    if held:
        yield start, _JOINTS[manner].join(held)


def _manner(raw: str) -> str:
    head = raw.partition(":")[0].upper()
    if "QUOTED-PRINTABLE" in head:
        return "QUOTED-PRINTABLE"
    return "BASE64" if "BASE64" in head or "ENCODING=B" in head else ""


def _goes_on(held: str, manner: str, raw: str) -> bool:
    if manner == "QUOTED-PRINTABLE":
        return held.endswith("=")
    return manner == "BASE64" and ":" not in raw and ";" not in raw


def _complaint(whole: str) -> str:
    if whole[:1] in {" ", "\t"}:
        return "a continued line without a line before it"
    if ":" not in whole:
        return "a name, a colon and a value are expected"
    return "the name or its parameters are not well formed"


def split(text: str, name: str) -> Iterator[tuple[int, str]]:
    """The number of its first line and the text of each component of that name, in a file of many: each can be parsed alone.

    What stands between them belongs to the one that follows, and what is never ended is given as it is: `parse` says what is
    wrong with it.
    """
    begin, end = f"BEGIN:{name}", f"END:{name}"
    held: list[str] = []
    start, depth = 1, 0
    for number, line in enumerate(_plain(text).split("\n"), 1):
        said = line.strip().upper() if line[:1] in "BbEe" else ""
        if said == begin and depth and not _is_nested(held):
            yield start, "\n".join(held)
            held, depth = [], 0
        if not held and not line.strip():
            continue
        if not held:
            start = number
        held.append(line)
        depth += (said == begin) - (said == end)
        if said == end and depth <= 0:
            yield start, "\n".join(held)
            held, depth = [], 0
    if held:
        yield start, "\n".join(held)


def _is_nested(held: Sequence[str]) -> bool:
    """Whether a component may begin here: vCard 2.1's AGENT holds a whole card."""
    return held[-1].upper().startswith("AGENT")


def write(components: Iterable[Component]) -> str:
    """The text of components, line ends CRLF: lines that came are written as they came."""
    found: list[str] = []
    for component in components:
        _write(component, found)
    found.append("")
    return "\n".join(found).replace("\n", "\r\n")


def _write(component: Component, into: list[str]) -> None:
    into.append(written(component.begin) if component.begin else f"BEGIN:{component.name}")
    for part in component.parts:
        if type(part) is Line:
            into.append(part.raw or written(part))
        elif type(part) is Component:
            _write(part, into)
    into.append(written(component.end) if component.end else f"END:{component.name}")


def written(line: Line) -> str:
    """A line as it came, or folded at 75 octets, never within a character."""
    if line.raw:
        return line.raw
    group = f"{line.group}." if line.group else ""
    return fold(f"{group}{line.name}{line.parameters}:{line.value}")


def fold(whole: str) -> str:
    """A line folded at 75 octets; line ends are LF."""
    if whole.isascii():
        if len(whole) <= _FOLD_OCTETS:
            return whole
        step = _FOLD_OCTETS - 1
        rest = [whole[at : at + step] for at in range(_FOLD_OCTETS, len(whole), step)]
        return "\n ".join([whole[:_FOLD_OCTETS], *rest])
    found, octets, start = [], 0, 0
    for at, character in enumerate(whole):
        size = len(character.encode())
        if octets + size > _FOLD_OCTETS:
            found.append(whole[start:at])
            start, octets = at, 1
        octets += size
    return "\n ".join([*found, whole[start:]])


def make(name: str, value: str, params: Mapping[str, Sequence[str]] | None = None, group: str = "") -> Line:
    """A new line. value: as it is to be written; params: their plain values."""
    said = "".join(f";{key}={','.join(map(_quoted, values))}" for key, values in (params or {}).items())
    return Line(name.upper(), value, said, group)


def _quoted(value: str) -> str:
    """A value of a parameter, with RFC 6868's carets and quotes where it needs them."""
    if _NEEDS_CARET.search(value):
        value = _NEEDS_CARET.sub(lambda found: _CARETED[found[0]], value)
    return f'"{value}"' if _NEEDS_QUOTES.search(value) else value


def _known(said: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return _remembered(said) if len(said) < _REMEMBERED_LIMIT else _read(said)


def _read(said: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((name, tuple(values)) for name, values in _parameters(said).items())


_remembered = lru_cache(maxsize=4096)(_read)  # the same few say what nearly all lines are


def _parameters(said: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    at = 1
    while at <= len(said):
        match = _PARAMETER.match(said, at)
        if match is None:
            break
        said_name, equals, values = match[1].strip(), match[2], match[3]
        name = said_name.upper()
        at = match.end() + 1
        if equals:
            found.setdefault(name, []).extend(_values(values))
        elif name:
            found.setdefault("ENCODING" if name in _ENCODINGS else "TYPE", []).append(said_name)
    return found


def _values(said: str) -> list[str]:
    found = [said] if said.isalnum() else [each.strip().strip('"') for each in _LISTED.findall(said)]
    if "^" in said:
        return [_CARET.sub(lambda caret: _CARETS[caret[1]], each) for each in found]
    return found


def unescape(value: str) -> str:
    """A value of text without its escapes: backslashes before n, comma, semicolon and themselves."""
    if "\\" not in value:
        return value
    return _ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def escape(text: str) -> str:
    """A text as a value: RFC 6350 §3.4, RFC 5545 §3.3.11."""
    return (
        text.replace("\\", "\\\\")
        .replace("\r\n", "\n")
        .replace("\n", "\\n")
        .replace(",", "\\,")
        .replace(";", "\\;")
    )


def fields(value: str, separator: str = ";") -> list[str]:
    """The parts of a value, cut where the separator is not escaped; escapes stay."""
    if "\\" not in value:
        return value.split(separator)
    found, at = [], 0
    for piece in _ESCAPE_OR_SEPARATOR.finditer(value):
        if piece[0] == separator:
            found.append(value[at : piece.start()])
            at = piece.end()
    return [*found, value[at:]]


def texts(value: str, separator: str = ",") -> list[str]:
    """The parts of a value of text, without escapes."""
    return [unescape(each) for each in fields(value, separator)]


def unquoted(value: str, charset: str = "") -> str:
    """A value in quoted-printable (vCard 2.1) as text; line ends are LF."""
    content = quopri.decodestring(value.encode("utf-8", "replace"))
    return decode(content, charset).replace("\r\n", "\n").replace("\r", "\n")
