"""The fields that a manifest asks an account's owner for (cozy-apps-registry, `fields`); anybody may have written it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct

Kind = Literal["text", "email", "url", "password", "number", "date", "choice", "switch", "hidden"]
_KINDS: Mapping[str, Kind] = {
    "text": "text", "email": "email", "tel": "text", "url": "url", "password": "password", "number": "number", "date": "date",
    "dropdown": "choice", "checkbox": "switch", "hidden": "hidden",
}  # fmt: skip
_NOT_TYPED = {
    "advancedFields",
    "folderPath",
    "calculatedFolderPath",
    "account",
    "accountName",
    "namePath",
    "oauth",
}
_MOST = 50


class Field(Struct, frozen=True, kw_only=True):
    """One field. label: "" where neither the manifest nor its author has a word for it."""

    name: str
    kind: Kind = "text"
    label: str = ""
    hint: str = ""
    default: str = ""
    is_required: bool = True
    is_advanced: bool = False
    options: tuple[tuple[str, str], ...] = ()  # value, label


def fields_of(manifest: Mapping[str, Any], locale: str) -> list[Field]:
    """What is to be typed, in the order of the manifest, what is advanced last."""
    raw = _mapping(manifest.get("fields"))
    said = _mapping(_mapping(_mapping(manifest.get("locales")).get(locale)).get("fields"))
    found = [
        *_fields(raw, said, is_advanced=False),
        *_fields(_mapping(raw.get("advancedFields")), said, is_advanced=True),
    ]
    return sorted(found[:_MOST], key=lambda field: field.is_advanced)


def is_by_form(manifest: Mapping[str, Any]) -> bool:
    """Whether the owner types what it needs, rather than to log in on a page of the service."""
    raw = _mapping(manifest.get("fields"))
    return not manifest.get("oauth") and not _mapping(raw.get("account")).get("doctype")


def _fields(raw: Mapping[str, Any], said: Mapping[str, Any], *, is_advanced: bool) -> Iterator[Field]:
    for name, told in raw.items():
        if isinstance(told, Mapping) and name not in _NOT_TYPED:
            words = _mapping(said.get(name))
            kind: Kind = (
                "choice" if told.get("options") else _KINDS.get(str(told.get("type", "text")), "text")
            )
            is_required = told.get("required", told.get("isRequired", True)) is not False and kind != "switch"
            yield Field(
                name=name, kind=kind, label=_text(words.get("label")) or _text(told.get("label")),
                hint=_text(words.get("hint") or words.get("description")), default=_spelled(told.get("default")),
                is_required=is_required, is_advanced=is_advanced or told.get("advanced") is True,
                options=tuple(_options(told.get("options"), _mapping(words.get("options")))),
            )  # fmt: skip


def _options(raw: Any, words: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for each in raw if isinstance(raw, list) else ():
        told = each if isinstance(each, Mapping) else {"value": each}
        value = _spelled(told.get("value"))
        yield value, _text(words.get(value)) or _text(told.get("name") or told.get("label")) or value


def _spelled(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else ""
    return str(value) if isinstance(value, str | int | float) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return value[:500] if isinstance(value, str) else ""
