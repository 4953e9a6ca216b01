"""Adding somebody, and changing what is known of them: one form for both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.collections.errors import NoCollection, ReadOnly
from cozy.rooms.collections.service import shelves
from cozy.rooms.documents.errors import UpdateConflict
from cozy.ui import N_
from cozy.web.call import Call
from cozy.web.forms import stripped
from cozy.web.pages import done

from .. import service
from ..model import messengers
from .days import months
from .door import CONTACTS_URL, page, routes, url_of, words
from .forms import SORTS, Values, changed_rows, empty_line, members, of_card, typed, wrong
from .rows import row

NEW = f"{CONTACTS_URL}/new"
EDIT = f"{CONTACTS_URL}/{{contact_id}}/edit"


@routes.on("GET", NEW, OWNER)
def ask_new(work: Work, call: Call) -> Response:
    """Who is it? 200."""
    given: dict[str, Any] = {}
    if group := call.query("group"):
        given["relationships"] = {"groups": {"data": [{"_id": group}]}}
    said = words(work)
    empty = of_card(said, given, service.people.book_of(work, given))
    values = changed_rows(said, changed_rows(said, empty, "add:phone"), "add:email")
    return _form(work, call, values, {}, "")


@routes.on("POST", NEW, OWNER)
def add(work: Work, call: Call, form: FormData) -> Response:
    """Add somebody. 303 to their page; 422 the form again, 200 with a row more or less."""
    return _sent(work, call, form, "", {})


@routes.on("GET", EDIT, OWNER)
def ask(work: Work, call: Call, contact_id: str) -> Response:
    """What is known of them, to be changed. 200; 404."""
    found = service.people.fetch(work, contact_id)
    book = service.people.book_of(work, found.body)
    return _form(work, call, of_card(words(work), found.body, book), {}, contact_id, found.rev)


@routes.on("POST", EDIT, OWNER)
def change(work: Work, call: Call, contact_id: str, form: FormData) -> Response:
    """Change it. 303 to their page; 409 when it changed meanwhile; 422 the form again, 200 with a row more or less."""
    return _sent(work, call, form, contact_id, service.people.fetch(work, contact_id).body)


def _sent(work: Work, call: Call, form: FormData, contact_id: str, body: Mapping[str, Any]) -> Response:
    said, rev = words(work), stripped(form, "rev")
    values = typed(said, form, body)
    if wish := stripped(form, "rows"):
        return _form(work, call, changed_rows(said, values, wish), {}, contact_id, rev)
    if faults := wrong(values):
        return _form(work, call, values, faults, contact_id, rev, 422)
    new = {**body, **members(values, body, [each.id for each in service.groups.all_(work)])}
    try:
        with work.attempt():
            saved = service.people.save(
                work,
                {key: value for key, value in new.items() if value is not None},
                contact_id,
                rev,
                values.book,
            )
    except (NoCollection, ReadOnly):
        sentence = N_("Nothing can be put into this address book. Choose another.")
        return _form(work, call, values, {"book": sentence}, contact_id, rev, 422)
    except UpdateConflict:
        return _form(work, call, values, {}, contact_id, service.people.fetch(work, contact_id).rev, 409)
    return done(call, url_of(saved.id), said.gettext(N_("Saved.") if contact_id else N_("Added.")))


def _form(
    work: Work, call: Call, values: Values, faults: Mapping[str, str], contact_id: str, rev: str = "", status: int = 200
) -> Response:  # fmt: skip
    said = words(work)
    known = row(service.people.fetch(work, contact_id)) if contact_id else None
    return page(
        work, call, "edit.html", status, person=known, values=values, rev=rev, is_stale=status == 409, months=months(said), groups=service.groups.all_(work),
        errors={field: said.gettext(fault) for field, fault in faults.items()},
        books=_books(work, values.book), services=messengers.SERVICES, sorts=SORTS, blank={sort.key: empty_line(said, sort) for sort in SORTS}, back=known.url if known else CONTACTS_URL,
    )  # fmt: skip


def _books(work: Work, chosen: str) -> list[tuple[str, str]]:
    """The address books that somebody can be in; none where there is nothing to choose."""
    found = [
        (each.id, each.name)
        for each in shelves.all_(work, "contacts")
        if not each.is_read_only or each.id == chosen
    ]
    return found if len(found) > 1 else []
