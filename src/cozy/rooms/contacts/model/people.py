"""The room's words for pages: groups, people who seem to be there twice, what came of an import."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from msgspec import Struct

from cozy.rooms.documents.model import Document

from . import GROUPS

Reason = Literal["email", "phone", "name"]


class Group(Struct, frozen=True):
    """A group. number: how many people are in it; has_card: whether devices know it by a card of its own."""

    id: str
    rev: str
    name: str
    number: int = 0
    has_card: bool = False


class Twins(Struct, frozen=True):
    """People who seem to be one. reasons: what they have in common, and how it is spelt."""

    people: list[Document]
    reasons: list[tuple[Reason, str]]


class Birthday(Struct, frozen=True):
    """A birthday that comes. born: as documents spell it; on: when it is next; age: how old they get, None: unknown."""

    person: Document
    born: str
    on: date
    age: int | None


class Refused(Struct, frozen=True):
    """A card that could not be taken. name: of the person, where it says one; line: in the file; reason: in a few words."""

    name: str
    line: int
    reason: str


class Report(Struct, frozen=True):
    """What came of an import. same: cards that were there already, exactly so."""

    added: int = 0
    updated: int = 0
    same: int = 0
    refused: tuple[Refused, ...] = ()


def group_ids(body: Mapping[str, Any]) -> list[str]:
    """The ids of the groups that somebody is in."""
    groups = (
        each for each in _related(body) if isinstance(each, Mapping) and each.get("_type", GROUPS) == GROUPS
    )
    return list(dict.fromkeys(id_ for each in groups if isinstance(id_ := each.get("_id"), str)))


def _related(body: Mapping[str, Any]) -> list[Any]:
    relationships = body.get("relationships")
    groups = relationships.get("groups") if isinstance(relationships, Mapping) else None
    data = groups.get("data") if isinstance(groups, Mapping) else None
    return data if isinstance(data, list) else []


def in_groups(body: Mapping[str, Any], ids: list[str]) -> dict[str, Any]:
    """The same members, of somebody who is in these groups."""
    if ids == group_ids(body):
        return dict(body)
    relationships = body.get("relationships")
    others = dict(relationships) if isinstance(relationships, Mapping) else {}
    data = [{"_id": id_, "_type": GROUPS} for id_ in ids]
    return {**body, "relationships": {**others, "groups": {"data": data}}}


def is_trashed(body: Mapping[str, Any]) -> bool:
    """Whether an app marked it for removal."""
    return body.get("trashed") is True


def is_favourite(body: Mapping[str, Any]) -> bool:
    """Whether the owner wants somebody at hand; as the Contacts app writes it."""
    metadata = body.get("cozyMetadata")
    return isinstance(metadata, Mapping) and metadata.get("favorite") is True
