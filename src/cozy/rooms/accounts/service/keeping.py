"""Accounts, for the rooms that look after them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document, Query

from ..model import ACCOUNTS
from . import doctypes, leaving

_LIMIT = 1000


def listed(work: Work, slug: str = "") -> list[Document]:
    """The accounts of a connector, of all of them for ""; secrets are locked."""
    selector = {"account_type": slug} if slug else {}
    return documents.find(work, ACCOUNTS, Query(selector=selector, limit=_LIMIT)).documents


def fetch(work: Work, id_: str) -> Document:
    """An account, its secrets locked. Raises NoDocument."""
    return documents.fetch(work, ACCOUNTS, id_)


def create(work: Work, body: Mapping[str, Any]) -> Document:
    """A new account; its secrets are locked from now on."""
    return documents.create(work, ACCOUNTS, doctypes.kept(work, "", body))


def change(work: Work, account: Document, body: Mapping[str, Any]) -> Document:
    """Another body for it; a secret that is locked in the old one and not in the new one is gone. Raises UpdateConflict."""
    return documents.update(work, account, doctypes.kept(work, account.id, body))


def remove(work: Work, account: Document) -> None:
    """Forget an account, and what was planned for it."""
    documents.delete(work, account)
    leaving.follow(work, [account.id])
