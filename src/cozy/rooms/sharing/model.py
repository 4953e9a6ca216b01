"""The names of what is shared (cozy-stack docs/sharing.md)."""

from __future__ import annotations

from msgspec import Struct

from cozy.rooms.documents.model import Document

SHARINGS, SHARED = "io.cozy.sharings", "io.cozy.shared"
SECRETS = "credentials"  # the member by which homes trust each other, which no app sees


class Sharing(Struct, frozen=True):
    """A sharing, with what is in it: doctype and id of each document, where that was asked."""

    document: Document
    shared: tuple[tuple[str, str], ...] = ()
