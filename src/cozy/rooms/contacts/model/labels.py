"""What a number, an address or a link is for: TYPE, PREF and Apple's X-ABLabel of a card, `label`, `type`, `primary` of a document.

As the Contacts app of Cozy writes them: `label` is `home` or `work`, `type` is for phones one of `cell voice fax`, or any text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

_PLACES = ("work", "home")
_CELLS = {"cell", "mobile", "iphone", "mobil", "portable"}
_PHONES = ("fax", "pager", "main", "video", "car", "isdn", "textphone", "other", "assistant")
# Words of TYPE that say nothing to a person.
_SILENT = {
    "internet", "x400", "pref", "voice", "text", "msg", "text-msg", "dom", "intl", "postal", "parcel", "uri", "jpeg", *_PLACES,
}  # fmt: skip
_WORDS = _SILENT | _CELLS | set(_PHONES)
_APPLE = ("_$!<", ">!$_")


class Label(Struct, frozen=True):
    """What an entry is for. label: `home`, `work` or ""; kind: the member `type`."""

    label: str = ""
    kind: str = ""
    is_primary: bool = False

    def members(self) -> dict[str, Any]:
        """As members of an entry of a document."""
        said = {"label": self.label, "type": self.kind, "primary": self.is_primary}
        return {name: value for name, value in said.items() if value}


def read(params: Mapping[str, Sequence[str]], custom: str, *, is_phone: bool) -> Label:
    """What the parameters of a line and its X-ABLabel say; `is_primary` is only a wish (see `preference`)."""
    types = [each.lower() for each in params.get("TYPE", ())]
    label = next((place for place in _PLACES if place in types), "")
    kind = plain(custom) if custom else _kind(types, params.get("TYPE", ()), label, is_phone=is_phone)
    if kind.lower() in _PLACES and not label:
        return Label(kind.lower(), "voice" if is_phone else "")
    return Label(label, kind)


def _kind(types: Sequence[str], said: Sequence[str], label: str, *, is_phone: bool) -> str:
    if is_phone:
        if _CELLS.intersection(types):
            return "cell"
        if found := next((kind for kind in _PHONES if kind in types), ""):
            return found
    unknown = next((word for word in said if word.lower() not in _SILENT), "")
    return unknown.removeprefix("x-").removeprefix("X-") or ("voice" if is_phone and label else "")


def plain(custom: str) -> str:
    """An X-ABLabel as people read it: `_$!<Other>!$_` is `other`."""
    start, end = _APPLE
    if custom.startswith(start) and custom.endswith(end):
        return custom[len(start) : -len(end)].lower()
    return custom


def preference(params: Mapping[str, Sequence[str]]) -> int:
    """How much an entry is preferred: 1 most, 100 least, 1000 not at all."""
    said = params.get("PREF", ())
    if said and said[0].isascii() and said[0].isdecimal() and len(said[0]) <= 3:
        return int(said[0])
    return 1 if any(each.lower() == "pref" for each in params.get("TYPE", ())) or "PREF" in params else 1000


def of_entry(entry: Mapping[str, Any]) -> Label:
    """What the members of an entry say, as apps of whatever age wrote them."""
    label, kind = _text(entry, "label"), _text(entry, "type")
    if kind.lower() in _PLACES and label.lower() not in _PLACES:
        label, kind = kind.lower(), label  # once, `type` was the word and `label` the text
    elif label and label.lower() not in _PLACES:
        label, kind = "", kind or label
    return Label(label.lower(), kind, entry.get("primary") is True)


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return value.strip() if isinstance(value, str) else ""


def types(label: Label, *, is_phone: bool) -> tuple[list[str], str]:
    """The words of TYPE for a label, without preference, and the X-ABLabel that it needs, "" for none."""
    words = [label.label.upper()] if label.label else []
    kind = label.kind.lower()
    if not kind:
        return words, ""
    if is_phone and kind in _CELLS:
        return [*words, "CELL"], ""
    if is_phone and (kind in _PHONES or kind == "voice"):
        return [*words, kind.upper()], ""
    if kind == "other":
        return [*words, "OTHER"], ""
    return words, label.kind


def rewritten(
    params: Mapping[str, Sequence[str]], old: Label, new: Label, *, is_phone: bool, is_version_4: bool
) -> tuple[dict[str, list[str]], str]:
    """The parameters of a line of which the label changed, what nobody knows kept, and its X-ABLabel."""
    gone = {word.lower() for word in types(old, is_phone=is_phone)[0]} | {"pref", *_PLACES}
    gone |= {old.kind.lower(), f"x-{old.kind.lower()}"} | (_CELLS if is_phone else set())
    words, custom = types(new, is_phone=is_phone)
    kept = [word for word in params.get("TYPE", ()) if word.lower() not in gone]
    said = [*words, *(word for word in kept if word.upper() not in words)]
    if new.is_primary and not is_version_4:
        said.append("pref")
    found = {name: list(values) for name, values in params.items() if name not in {"TYPE", "PREF"}}
    if said:
        found["TYPE"] = said
    if new.is_primary and is_version_4:
        found["PREF"] = ["1"]
    return found, custom
