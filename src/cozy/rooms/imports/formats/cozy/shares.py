"""What others may see of a Cozy that moves: its sharings with other homes, and its links."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...model import Entry, Item, NotUnderstood, Share, Tree
from .. import reasons
from ..making import loaded
from .documents import is_document

SHARINGS, PERMISSIONS, CLIENTS = "io.cozy.sharings", "io.cozy.permissions", "io.cozy.oauth.clients"
DOCTYPES = frozenset({SHARINGS, PERMISSIONS, CLIENTS, "io.cozy.shared"})  # the last are found out again
_LINK = "share"


def items(tree: Tree, entries: Sequence[tuple[str, Entry]], before: str) -> Iterator[Item]:
    """An item for each. entries: of those doctypes. before: the address of the Cozy that moves."""
    clients: dict[str, Mapping[str, Any]] = {}
    for doctype, entry in entries:
        if doctype == CLIENTS and is_document(told := loaded(tree, entry)):
            clients[told["_id"]] = told
    for doctype, entry in entries:
        if doctype in {SHARINGS, PERMISSIONS}:
            told = loaded(tree, entry)
            if not is_document(told):
                yield NotUnderstood(name=entry.name, why=reasons.BROKEN)
            elif doctype == SHARINGS or told.get("type") == _LINK:
                id_ = told["_id"]
                yield Share(
                    source=f"{doctype}/{id_}", name=entry.name, doctype=doctype, id=id_, body=told, before=before,
                    clients={each: clients[each] for each in _let_in(told) if each in clients},
                )  # fmt: skip


def is_trigger(doctype: str, told: Mapping[str, Any]) -> bool:
    """Whether a document is what makes cozy-stack follow a sharing, and nothing without it."""
    return doctype == "io.cozy.triggers" and str(told.get("worker")).startswith("share-")


def _let_in(told: Mapping[str, Any]) -> set[str]:
    """The ids of the homes that are let in by a sharing."""
    secrets = told.get("credentials")
    return {
        str(each.get("inbound_client_id"))
        for each in (secrets if isinstance(secrets, list) else ())
        if isinstance(each, Mapping)
    }
