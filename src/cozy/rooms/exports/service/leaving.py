"""What of a home may leave it: everything but what opens it, or another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cozy.kernel.work import Work

from .. import store
from ..model import EXPORTS, LAST

# Whole doctypes: who is let in here, what is under way, and what programs remember of their own sessions elsewhere.
WITHHELD = frozenset(
    {
        EXPORTS, LAST, "io.cozy.imports", "io.cozy.auth.confirmations", "io.cozy.connectors.memories", "io.cozy.jobs", "io.cozy.jobs.events",
        "io.cozy.oauth.access_codes", "io.cozy.oauth.clients", "io.cozy.remote.secrets", "io.cozy.sessions", "io.cozy.support",
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


def body(doctype: str, held: Mapping[str, Any]) -> Mapping[str, Any]:
    """What may leave of a document. What is locked, such as passwords, leaves locked: its key stays."""
    secret = _SECRET.get(doctype, NO_MEMBERS)
    return {name: value for name, value in held.items() if name not in secret} if secret else held
