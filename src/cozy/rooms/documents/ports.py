"""What documents asks of the rooms above: who may, and the rules of their doctypes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from msgspec import Struct

from cozy.kernel.caller import Verb
from cozy.kernel.work import Work

from .model import Document


class Guard(Protocol):
    """The one decision: may the caller of this work do this. Where no guard is plugged, nobody may do anything."""

    def __call__(
        self, work: Work, verb: Verb, doctype: str, ids: set[str] | None, body: Mapping[str, Any] | None
    ) -> None:
        """Raises when not.

        ids: under which a grant may name the document, None for every document of the doctype; body: what a
        grant's selector looks at, None when there is nothing to look at.
        """
        ...


def _own_id(work: Work, found: Document) -> set[str]:
    return {found.id}


class Doctype(Struct, frozen=True):
    """What `/data` may do with a doctype; a room with rules for its own plugs one.

    known_as: the ids under which a grant may cover a document; for a file, those of the folders around it too.
    own: ids of documents that only the room itself writes.
    hidden: members that nobody is told when a document changes.
    """

    name: str
    is_readable: bool = True
    is_writable: bool = True
    known_as: Callable[[Work, Document], set[str]] = _own_id
    own: frozenset[str] = frozenset()
    hidden: tuple[str, ...] = ()


# Doctypes of rooms that are not built yet. Apps of the Cozy ecosystem know these answers.
_UNREADABLE = (
    "configs",
    "instances",
    "io.cozy.account_types",
    "io.cozy.accounts.soft_deleted",
    "io.cozy.auth.confirmations",
    "io.cozy.exports",
    "io.cozy.files.archives",
    "io.cozy.files.metadata",
    "io.cozy.files.shortcuts",
    "io.cozy.files.sizes",
    "io.cozy.files.thumbnails",
    "io.cozy.imports",
    "io.cozy.intents",
    "io.cozy.jobs.events",
    "io.cozy.notes.documents",
    "io.cozy.notes.events",
    "io.cozy.notes.telepointers",
    "io.cozy.oauth.access_codes",
    "io.cozy.oauth.clients",
    "io.cozy.remote.secrets",
    "io.cozy.sessions",
    "io.cozy.shared",
    "io.cozy.sharings",
    "io.cozy.sharings.answer",
    "io.cozy.sharings.initial_sync",
    "io.cozy.sharings.members",
    "io.cozy.sharings.moved",
    "io.cozy.triggers.state",
)
_READ_ONLY = (
    "com.bitwarden.contacts",
    "io.cozy.apps",
    "io.cozy.files",
    "io.cozy.files.versions",
    "io.cozy.jobs",
    "io.cozy.konnectors",
    "io.cozy.notes.images",
    "io.cozy.notes.steps",
    "io.cozy.notifications",
    "io.cozy.remote.requests",
    "io.cozy.sessions.logins",
    "io.cozy.triggers",
)
RESERVED: Mapping[str, Doctype] = {
    **{name: Doctype(name, is_readable=False, is_writable=False) for name in _UNREADABLE},
    **{name: Doctype(name, is_writable=False) for name in _READ_ONLY},
    "io.cozy.permissions": Doctype(
        "io.cozy.permissions", is_readable=False, is_writable=False, hidden=("password",)
    ),
}
