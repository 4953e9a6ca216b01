"""Who sees a person's card, in words: the owner, and whoever holds a grant that covers it."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.documents.model import Document
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Permission
from cozy.ui import leave
from cozy.web.call import Call

from .. import service
from ..model import CONTACTS
from .door import CONTACTS_URL, question, routes, words
from .rows import row


@routes.on("GET", f"{CONTACTS_URL}/{{contact_id}}/who", OWNER)
def who(work: Work, call: Call, contact_id: str) -> Response:
    """Everybody who sees a person's card, with a way to what was allowed to each. 200; 404."""
    found = service.people.fetch(work, contact_id)
    others = permissions.onlookers(work, CONTACTS, _seers(work, found))
    return question(work, call, "who.html", person=row(found), others=others)


def seen(work: Work, document: Document) -> leave.Seen:
    """Who sees a person's card."""
    return leave.seen(words(work), [permissions.name_of(each) for each in _seers(work, document)])


def _seers(work: Work, document: Document) -> list[Permission]:
    known = permissions.others(work, "GET", CONTACTS)
    return permissions.among(known, "GET", CONTACTS, {document.id}, document.body)
