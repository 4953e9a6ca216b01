"""Documents of another Cozy as items: which of them come along, and in which order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, TypeGuard

from ...model import Copy, LeftThere
from .. import reasons

NAME = "cozy"  # of both formats: the same document of the same home is the same, whichever way it comes
FILES, VERSIONS, SETTINGS = "io.cozy.files", "io.cozy.files.versions", "io.cozy.settings"
APPS = ("io.cozy.apps", "io.cozy.konnectors")
_LONGEST_ID = 512  # characters
_DOCTYPE = re.compile(r"[a-z0-9][a-z0-9._-]{0,199}")
# What others are put into comes before them, files after all that they are part of.
_FIRST = ("io.cozy.calendars", "io.cozy.contacts.books", "io.cozy.contacts.groups", "io.cozy.bank.accounts")
_LAST = (FILES, VERSIONS)
# What was about the home that it comes from: who was let in, what was under way, what it told its owner.
_SPENT = frozenset(
    {
        "configs", "instances", "io.cozy.account_types", "io.cozy.accounts.soft_deleted", "io.cozy.auth.confirmations", "io.cozy.auth.email",
        "io.cozy.auth.identity", "io.cozy.auth.profile",
        "io.cozy.connectors.memories", "io.cozy.doctypes", "io.cozy.exports", "io.cozy.exports.places", "io.cozy.exports.requests",
        "io.cozy.exports.sums", "io.cozy.files.archives",
        "io.cozy.files.metadata", "io.cozy.files.shortcuts", "io.cozy.files.sizes", "io.cozy.files.thumbnails", "io.cozy.imports",
        "io.cozy.intents", "io.cozy.jobs", "io.cozy.jobs.events", "io.cozy.jobs.logs", "io.cozy.moves.handings", "io.cozy.notes.documents",
        "io.cozy.notes.events", "io.cozy.notes.images", "io.cozy.notes.steps", "io.cozy.notes.telepointers",
        "io.cozy.notifications", "io.cozy.oauth.access_codes", "io.cozy.oauth.clients", "io.cozy.remote.requests",
        "io.cozy.remote.secrets", "io.cozy.sessions", "io.cozy.sessions.logins", "io.cozy.support", "io.cozy.triggers.state",
    }
)  # fmt: skip
_SHARED = frozenset(
    {
        "io.cozy.federation.invites", "io.cozy.federation.shares", "io.cozy.permissions", "io.cozy.shared", "io.cozy.sharings", "io.cozy.sharings.answer", "io.cozy.sharings.initial_sync",
        "io.cozy.sharings.members", "io.cozy.sharings.moved",
    }
)  # fmt: skip
OWN_FOLDERS = frozenset({"io.cozy.files.root-dir", "io.cozy.files.trash-dir"})  # every home has them
OWN_SETTINGS = frozenset({"io.cozy.settings.instance", "io.cozy.settings.bitwarden"})


def rank(doctype: str) -> int:
    """What comes first."""
    return (
        _FIRST.index(doctype)
        if doctype in _FIRST
        else 99 + (_LAST.index(doctype) + 1 if doctype in _LAST else 0)
    )


def stays(doctype: str, id_: str) -> str:
    """Why a document does not come along; "" for one that does."""
    if doctype in APPS:
        return reasons.APPS
    if doctype in _SHARED:
        return reasons.SHARED
    if doctype in _SPENT:
        return reasons.SPENT
    if doctype == "io.cozy.triggers":
        return reasons.PLANNED
    if doctype == SETTINGS and id_ in OWN_SETTINGS:
        return reasons.OWN_SETTINGS
    if doctype.startswith("com.bitwarden."):
        return reasons.SAFE
    return "" if _DOCTYPE.fullmatch(doctype) else reasons.NO_DOCTYPE


class Staying:
    """What does not come along: apps by name, since they can be had again; everything else by kind and number."""

    def __init__(self) -> None:
        self._apps: list[str] = []
        self._numbers: Counter[tuple[str, str]] = Counter()

    def saw(self, doctype: str, id_: str, why: str) -> None:
        """There is such a document."""
        if doctype in APPS:
            self._apps.append(id_)
        else:
            self._numbers[doctype, why] += 1

    def items(self) -> Iterator[LeftThere]:
        """A line for each."""
        for id_ in sorted(self._apps):
            yield LeftThere(name=id_, why=reasons.APPS)
        for (doctype, why), number in sorted(self._numbers.items()):
            yield LeftThere(name=f"{doctype}: {number}", why=why)


def copy(
    doctype: str, told: Mapping[str, Any], name: str, content: str | None = None, *, is_loser: bool = False,
    among: frozenset[str] = frozenset(),
) -> Copy:  # fmt: skip
    """A document as CouchDB tells it. name: the file that it was found in; content: the one with what it holds."""
    id_, rev, past = str(told["_id"]), told.get("_rev"), told.get("_revisions")
    ids = past.get("ids") if isinstance(past, Mapping) else None
    return Copy(
        source=f"{doctype}/{id_}" + (f"@{rev}" if is_loser else ""), name=name, doctype=doctype, id=id_, body=told,
        rev=rev if isinstance(rev, str) else "",
        revisions=tuple(map(str, ids)) if isinstance(ids, list) else (), content=content, is_loser=is_loser, among=among,
    )  # fmt: skip


def is_document(told: Any) -> TypeGuard[dict[str, Any]]:
    """Whether it is a document that is there, under an id that one can have."""
    if not isinstance(told, dict) or told.get("_deleted"):
        return False
    id_ = told.get("_id")
    return isinstance(id_, str) and 0 < len(id_) <= _LONGEST_ID and id_.isprintable() and id_[0] != "_"
