"""What documents asks of the rooms above: who may, and the rules of their doctypes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from cozy.kernel.caller import Verb
from cozy.kernel.work import Work

from .model import Document


class Guard(Protocol):
    """The one decision: may the caller of this work do this. Where no guard is plugged, nobody may do anything."""

    def __call__(
        self,
        work: Work,
        verb: Verb,
        doctype: str,
        ids: Collection[str] | None,
        body: Mapping[str, Any] | None,
        around: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """Raises when not.

        ids: under which a grant may name the document, None for every document of the doctype; body: what a
        grant's selector looks at, None when there is nothing to look at; around: the same, of what it is in.
        """
        ...


def _alone(work: Work, found: Document) -> Sequence[Document]:
    return (found,)


def as_it_is(work: Work, id_: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same body."""
    return body


def _nothing(work: Work, doctype: str, ids: Sequence[str] | None) -> None:
    return None


class Doctype(Struct, frozen=True):
    """What `/data` may do with a doctype; a room with rules for its own plugs one.

    lineage: a document as grants look at it, then what it is in, a grant for which covers it too; for a file, its folders.
    own: ids of documents that only the room itself writes.
    veiled: members of which a change tells that they are there, as `true`, and not what they hold.
    kept: what a body that `/data` was given becomes before it is kept; id "" for a document that has none yet.
    shown: what of it somebody sees who asks `/data` for this one document, or has just written it; lists tell what is kept.
    follow: hears in the same transaction which documents `/data` wrote or deleted, None for all that there were.
    """

    name: str
    is_readable: bool = True
    is_writable: bool = True
    lineage: Callable[[Work, Document], Sequence[Document]] = _alone
    own: frozenset[str] = frozenset()
    veiled: tuple[str, ...] = ()
    kept: Callable[[Work, str, Mapping[str, Any]], Mapping[str, Any]] = as_it_is
    shown: Callable[[Work, str, Mapping[str, Any]], Mapping[str, Any]] = as_it_is
    follow: Callable[[Work, str, Sequence[str] | None], None] = _nothing


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
        "io.cozy.permissions",
        is_readable=False,
        is_writable=False,
        veiled=("password", "codes", "shortcodes"),
    ),
}
