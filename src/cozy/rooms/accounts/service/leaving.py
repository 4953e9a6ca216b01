"""What goes with an account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document, Query
from cozy.rooms.jobs import service as jobs
from cozy.rooms.jobs.model import TRIGGERS

from ..model import ACCOUNTS


def follow(work: Work, ids: Sequence[str] | None) -> None:
    """Let nothing be planned any more for accounts that are gone. ids: of those that changed, None for all."""
    gone = None if ids is None else set(ids) - documents.fetch_many(work, ACCOUNTS, ids).keys()
    if gone is None or gone:
        for trigger in triggers(work):
            if gone is None or account_of(trigger) in gone:
                jobs.triggers.remove(work, trigger)


def triggers(work: Work) -> list[Document]:
    """Every trigger that runs a connector with an account."""
    query = Query(selector={"worker": {"$in": ["konnector", "client"]}}, limit=jobs.triggers.LIMIT)
    return [each for each in documents.find(work, TRIGGERS, query).documents if account_of(each)]


def account_of(trigger: Document) -> str:
    """The account that a trigger brings to its connector; "" for none."""
    message = trigger.body.get("message")
    found = message.get("account") if isinstance(message, Mapping) else None
    return found if isinstance(found, str) else ""
