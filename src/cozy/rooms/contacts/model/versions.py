"""Cards of one version as cards of another: 2.1 to 3.0 on the way in, 3.0 and 4.0 into one another on the way out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cozy.dav import lines
from cozy.dav.lines import Component, Line

from . import dates

_STRUCTURED = {"N", "ADR", "ORG"}
_LISTED = {"CATEGORIES", "NICKNAME"}
_VERBATIM = {"PHOTO", "LOGO", "SOUND", "KEY", "URL", "IMPP", "GEO", "REV", "BDAY", "TZ", "UID", "SOURCE"}
_DATA = re.compile(r"data:([\w.+-]+/[\w.+-]+)?((?:;[^;,]*)*?)(;base64)?,", re.IGNORECASE)
_BINARY = {"PHOTO", "LOGO", "SOUND", "KEY"}
_KINDS_OF_DATA = {"PHOTO": "image", "LOGO": "image", "SOUND": "audio", "KEY": "application"}
# Names that 4.0 gave to what others had said before.
_RENAMED = {
    "X-ADDRESSBOOKSERVER-KIND": "KIND",
    "X-ADDRESSBOOKSERVER-MEMBER": "MEMBER",
    "X-ANNIVERSARY": "ANNIVERSARY",
    "X-EVOLUTION-ANNIVERSARY": "ANNIVERSARY",
    "X-GENDER": "GENDER",
}
_OLD_NAMES = {
    "KIND": "X-ADDRESSBOOKSERVER-KIND",
    "MEMBER": "X-ADDRESSBOOKSERVER-MEMBER",
    "ANNIVERSARY": "X-ANNIVERSARY",
}


def version_of(card: Component) -> str:
    """What a card says that it is; "" where it does not."""
    return card.value("VERSION").strip()


def of(card: Component, version: str) -> Component:
    """A card in version 3.0 or 4.0."""
    if version_of(card) == version:
        return card
    return to_4(card) if version == "4.0" else to_3(card)


def from_21(card: Component) -> Component:
    """A card of version 2.1 (or of none) as one of 3.0: text decoded, bare parameters named, values escaped anew."""
    parts = [
        _from_21(part) for part in card.parts if type(part) is Line and part.name not in {"VERSION", "AGENT"}
    ]
    return Component(card.name, (lines.make("VERSION", "3.0"), *parts))


def _from_21(line: Line) -> Line:
    params = line.params()
    encoding = next(iter(params.pop("ENCODING", ())), "").upper()
    charset = next(iter(params.pop("CHARSET", ())), "")
    value = line.value
    if encoding == "QUOTED-PRINTABLE":
        value = lines.unquoted(value, charset)
    if encoding in {"BASE64", "B"}:
        return _made(line, re.sub(r"\s+", "", value), {"ENCODING": ["b"], **params})
    return _made(line, _escaped_anew(line.name, value), params)


def _escaped_anew(name: str, value: str) -> str:
    """2.1 escapes semicolons alone; whoever wrote commas with backslashes as 3.0 does meant the same."""
    if name in _VERBATIM:
        return value.replace("\n", " ").strip()
    if name in _STRUCTURED:
        return ";".join(lines.escape(lines.unescape(each)) for each in lines.fields(value))
    if name in _LISTED:
        return ",".join(lines.escape(each) for each in lines.texts(value))
    return lines.escape(lines.unescape(value))


def _made(line: Line, value: str, params: dict[str, list[str]], name: str = "") -> Line:
    return lines.make(name or line.name, value, params, line.group)


def to_4(card: Component) -> Component:
    """A card of version 3.0 as one of 4.0 (RFC 6350 appendix A)."""
    return _turned(card, "4.0", map(_to_4, card.lines()))


def to_3(card: Component) -> Component:
    """A card of version 4.0 as one of 3.0."""
    return _turned(card, "3.0", map(_to_3, card.lines()))


def _turned(card: Component, version: str, turned: Iterable[Line]) -> Component:
    parts = [lines.make("VERSION", version), *(line for line in turned if line.name != "VERSION")]
    if version == "3.0" and card.line("N") is None:
        parts.insert(1, lines.make("N", ";;;;"))
    return Component(card.name, tuple(parts), card.begin, card.end)


def _to_4(line: Line) -> Line:
    params = line.params()
    name, value = _RENAMED.get(line.name, line.name), line.value
    types = params.get("TYPE", [])
    if line.name in _BINARY and "ENCODING" in params:
        params.pop("ENCODING")
        kind = next(iter(params.pop("TYPE", ())), "jpeg").lower()
        media_type = kind if "/" in kind else f"{_KINDS_OF_DATA[line.name]}/{kind}"
        return _made(line, f"data:{media_type};base64,{value}", params)
    if any(each.lower() == "pref" for each in types):
        params["TYPE"] = [each for each in types if each.lower() != "pref"]
        params["PREF"] = ["1"]
    if line.name == "EMAIL":
        params["TYPE"] = [each for each in params.get("TYPE", ()) if each.lower() != "internet"]
    if not params.get("TYPE", ["x"]):
        del params["TYPE"]
    if line.name == "BDAY" or name == "ANNIVERSARY":
        return _day(line, name, params, is_4=True)
    if line.name == "GEO" and not value.lower().startswith("geo:"):
        value = f"geo:{value.replace(';', ',')}"
    if params == line.params() and (name, value) == (line.name, line.value):
        return line
    return _made(line, value, params, name)


def _to_3(line: Line) -> Line:
    params = line.params()
    name, value = _OLD_NAMES.get(line.name, line.name), line.value
    if line.name in _BINARY and (found := _DATA.match(value)) and found[3]:
        params.pop("VALUE", None)
        params.pop("MEDIATYPE", None)
        kind = (found[1] or "image/jpeg").partition("/")[2].upper()
        return _made(line, value[found.end() :], {"ENCODING": ["b"], "TYPE": [kind], **params})
    if line.name in _BINARY and "VALUE" not in params:
        return _made(line, value, {"VALUE": ["uri"], **params})
    if "PREF" in params:
        is_first = params.pop("PREF")[:1] == ["1"]
        params["TYPE"] = [*params.get("TYPE", ()), *(["pref"] if is_first else [])]
    if line.name == "TEL" and value.lower().startswith("tel:"):
        params.pop("VALUE", None)
        value = lines.escape(value[4:].replace(";ext=", " ext. "))
    if not params.get("TYPE", ["x"]):
        del params["TYPE"]
    if line.name in {"BDAY", "ANNIVERSARY"}:
        return _day(line, name, params, is_4=False)
    if line.name == "GEO":
        value = value.removeprefix("geo:").replace(",", ";")
    if params == line.params() and (name, value) == (line.name, line.value):
        return line
    return _made(line, value, params, name)


def _day(line: Line, name: str, params: dict[str, list[str]], *, is_4: bool) -> Line:
    day = dates.day_of(line.value, line.param("X-APPLE-OMIT-YEAR"))
    kept = {key: said for key, said in params.items() if key not in {"X-APPLE-OMIT-YEAR", "VALUE"}}
    if not day:
        return _made(line, line.value, params, name)
    if is_4:
        return _made(line, spelt_in_4(day), kept, name)
    value, omitted = spelt_in_3(day)
    return _made(line, value, {**kept, **omitted}, name)


def spelt_in_4(day: str) -> str:
    """A day as 4.0 writes it: `19590515`, `--0515`."""
    return f"--{day[2:].replace('-', '')}" if day.startswith("--") else day.replace("-", "")


def spelt_in_3(day: str) -> tuple[str, dict[str, list[str]]]:
    """A day as 3.0 writes it, and the parameter that says that its year is none, as Apple's devices say it."""
    if day.startswith("--"):
        return f"{dates.NO_YEAR}-{day[2:]}", {"X-APPLE-OMIT-YEAR": [str(dates.NO_YEAR)]}
    return day, {}
