"""What of a home may leave it: everything but what opens it, or another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cozy.kernel.work import Work
from cozy.rooms.documents.model import Document

from .. import store
from ..model import EXPORTS, LAST, PLACES

# Whole doctypes: who is let in here, what is under way, and what programs remember of their own sessions elsewhere.
WITHHELD = frozenset(
    {
        EXPORTS, LAST, PLACES, "io.cozy.imports", "io.cozy.auth.confirmations", "io.cozy.connectors.memories", "io.cozy.jobs", "io.cozy.jobs.events",
        "io.cozy.moves.handings", "io.cozy.oauth.access_codes", "io.cozy.oauth.clients", "io.cozy.remote.secrets", "io.cozy.sessions", "io.cozy.support",
    }
)  # fmt: skip
# Single members: the codes of links, and the keys that homes have of each other.
_SECRET = {
    "io.cozy.permissions": ("codes", "shortcodes", "password"),
    "io.cozy.sharings": ("credentials",),
}
NO_MEMBERS: tuple[str, ...] = ()


def doctypes(work: Work) -> list[str]:
    """Those that may leave, and of which there is something."""
    return [name for name in store.doctypes(work) if name not in WITHHELD]


def documents(work: Work, doctype: str) -> Iterator[Document]:
    """Those of a doctype that may leave, by id."""
    return (each for each in store.each(work, doctype) if may(doctype, each.body))


def may(doctype: str, held: Mapping[str, Any]) -> bool:
    """Whether a document of a doctype that leaves may leave: a webhook does not, since whoever knows its id lets it run."""
    return doctype != "io.cozy.triggers" or held.get("type") != "@webhook"


def body(doctype: str, held: Mapping[str, Any], *, moves: bool = False) -> Mapping[str, Any]:
    """What may leave of a document. What is locked, such as passwords, leaves locked: its key stays.

    moves: the home is handed over, and what opens its links and sharings with it.
    """
    secret = NO_MEMBERS if moves else _SECRET.get(doctype, NO_MEMBERS)
    return {name: value for name, value in held.items() if name not in secret} if secret else held
