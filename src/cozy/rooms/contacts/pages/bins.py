"""The bin of contacts: who was thrown away, which groups were, and the way back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.clock import parse
from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.collections.model import Binned
from cozy.rooms.documents.model import Document
from cozy.ui.avatars import face
from cozy.web.call import Call
from cozy.web.forms import stripped
from cozy.web.pages import done

from .. import service
from ..model import GROUPS, names
from .cards import note_of
from .door import CONTACTS_URL, failed, page, routes, url_of, way_back, words

BIN = f"{CONTACTS_URL}/bin"


@routes.on("GET", BIN, OWNER)
def bin_(work: Work, call: Call) -> Response:
    """Who was thrown away, and which groups, the last first. 200."""
    return page(
        work,
        call,
        "bin.html",
        thrown=[_thrown(work, each) for each in service.bins.all_(work)],
        days=service.bins.KEPT_DAYS,
    )


def _thrown(work: Work, binned: Binned) -> dict[str, Any]:
    is_group = binned.doctype == GROUPS
    name = names.text(binned.body, "name") if is_group else names.display(binned.body)
    left = max(1, (parse(binned.deleted_at) + timedelta(days=service.bins.KEPT_DAYS) - work.now).days)
    said = words(work).ngettext("erased in %(num)s day", "erased in %(num)s days", left)
    return {
        "id": binned.id,
        "name": name,
        "face": None if is_group else face(name),
        "note": _size_of(work, binned) if is_group else note_of(binned.body, name),
        "stays": said,
    }


def _size_of(work: Work, binned: Binned) -> str:
    """How many people were in a group."""
    return words(work).ngettext(
        "Group of %(num)s person", "Group of %(num)s people", service.groups.number_in(binned)
    )


@routes.on("POST", f"{CONTACTS_URL}/{{contact_id}}/bin", OWNER)
def throw_away(work: Work, call: Call, contact_id: str, form: FormData) -> Response:
    """Put somebody into the bin. 303 to the list, with a way to undo it; 404."""
    binned = service.people.remove(work, contact_id)
    back = way_back(call, form)
    back = CONTACTS_URL if back.startswith(url_of(contact_id)) else back
    return done(
        call,
        back,
        words(work).ngettext("Moved to the bin.", "%(num)s items moved to the bin.", 1),
        undo=f"{BIN}/restore?ids={binned}",
    )


@routes.on("POST", f"{BIN}/restore", OWNER)
def restore(work: Work, call: Call, form: FormData) -> Response:
    """Put back whom, or the group that, the form or the address names. 303 to them, or to the bin."""
    ids = [each for each in (stripped(form, "ids"), call.query("ids")) if each]
    try:
        with work.attempt():
            back = [service.bins.restore(work, each) for each in ids]
    except Problem as problem:
        return failed(work, call, BIN, problem)
    return done(
        call,
        _url_of(back[0]) if back else BIN,
        words(work).ngettext("Put back.", "%(num)s items put back.", len(back)),
    )


def _url_of(document: Document) -> str:
    """Where somebody, or a group, is shown."""
    is_group = document.doctype == GROUPS
    return f"{CONTACTS_URL}?group={quote(document.id, safe='')}" if is_group else url_of(document.id)
