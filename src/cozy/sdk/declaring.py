"""Connector, what its author says of it; the manifest is made from that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from .errors import BadField
from .keeping import MEMORIES
from .texts import Text, said

if TYPE_CHECKING:
    from .home import Home

Kind = Literal["text", "email", "url", "password", "number", "choice", "switch"]
Frequency = Literal["hourly", "daily", "weekly", "monthly"]
LANGUAGES = ("en", "fr")
_KINDS: Mapping[Kind, str] = {"choice": "dropdown", "switch": "checkbox"}  # as manifests spell them
_ALL = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values that a field may have."""

    value: str
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Something that the owner types. A password is locked in the home, and only this connector reads it again."""

    name: str
    label: Text
    kind: Kind = "text"
    hint: Text = ""
    default: str = ""
    required: bool = True
    advanced: bool = False  # shown only to who asks for more
    choices: Sequence[Choice] = ()

    def read(self, given: Any) -> Any:
        """What was typed, as `run` gets it: a text, an int for a number, a bool for a switch. Raises BadField."""
        text = (
            str(self.default if given is None else given).strip()
            if self.kind != "password"
            else str(given or "")
        )
        if self.kind == "switch":
            return text.lower() in {"true", "1", "on", "yes"}
        if self.required and not text:
            raise BadField(self.name.upper())
        if self.kind == "choice" and text not in {choice.value for choice in self.choices}:
            raise BadField(self.name.upper())
        if self.kind != "number":
            return text
        try:
            return int(text or "0")
        except ValueError as error:
            raise BadField(self.name.upper()) from error


@dataclass(frozen=True, slots=True)
class Rule:
    """Documents that it uses besides the files in its folder."""

    doctype: str
    verbs: Sequence[str] = _ALL
    why: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """One small module: `CONNECTOR = Connector(slug=…, run=run)`.

    run: `(home, fields)`, fields by name as `Field.read` gives them. It raises a Trouble when it cannot go on.
    """

    slug: str
    name: Text
    purpose: Text  # a sentence: what it brings
    fields: Sequence[Field]
    run: Callable[[Home, Mapping[str, Any]], None]
    version: str = "1.0.0"
    editor: str = "Cozy"
    frequency: Frequency = "daily"
    folder: Text = ""  # the name of the folder that is offered; its own name where it says none
    rules: Sequence[Rule] = ()
    identifier: str = "login"  # the field that people know an account by
    icon: str = "plug"
    notes: Text = ""  # what people should know before they begin

    def read(self, account: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of an account, by name. Raises BadField."""
        return {field.name: field.read(account.get(field.name)) for field in self.fields}

    def manifest(self) -> dict[str, Any]:
        """Its `manifest.konnector`."""
        return {
            "type": "konnector", "language": "python", "slug": self.slug, "name": said(self.name, "en"), "version": self.version,
            "editor": self.editor, "icon": "", "frequency": self.frequency, "short_description": said(self.purpose, "en"),
            "account_identifier": self.identifier, "langs": list(LANGUAGES),
            "fields": {field.name: _field(field) for field in self.fields},
            "permissions": self._permissions(),
            "locales": {language: self._locale(language) for language in LANGUAGES},
        }  # fmt: skip

    def _permissions(self) -> dict[str, Any]:
        rules = {rule.doctype.removeprefix("io.cozy.").replace(".", "_"): _rule(rule) for rule in self.rules}
        own = {
            "type": "io.cozy.accounts",
            "verbs": ["GET", "PUT"],
            "selector": "account_type",
            "values": [self.slug],
        }
        memory = {
            "type": MEMORIES,
            "verbs": ["GET", "POST", "PUT"],
            "selector": "connector",
            "values": [self.slug],
        }
        return {"accounts": own, "memories": memory, **rules}

    def _locale(self, language: str) -> dict[str, Any]:
        texts = {
            field.name: {
                "label": said(field.label, language), "hint": said(field.hint, language),
                "options": {choice.value: said(choice.label, language) for choice in field.choices},
            }
            for field in self.fields
        }  # fmt: skip
        why = {
            rule.doctype.removeprefix("io.cozy.").replace(".", "_"): said(rule.why, language)
            for rule in self.rules
        }
        return {
            "name": said(self.name, language), "short_description": said(self.purpose, language),
            "long_description": said(self.notes, language), "folder": said(self.folder or self.name, language),
            "fields": texts, "permissions": {title: {"description": text} for title, text in why.items() if text},
        }  # fmt: skip


def _field(field: Field) -> dict[str, Any]:
    told: dict[str, Any] = {
        "type": _KINDS.get(field.kind, field.kind), "label": said(field.label, "en"), "required": field.required,
    }  # fmt: skip
    if field.default:
        told["default"] = field.default
    if field.advanced:
        told["advanced"] = True
    if field.choices:
        told["options"] = [
            {"value": choice.value, "name": said(choice.label, "en")} for choice in field.choices
        ]
    return told


def _rule(rule: Rule) -> dict[str, Any]:
    return {"type": rule.doctype, "verbs": list(rule.verbs), "description": said(rule.why, "en")}
