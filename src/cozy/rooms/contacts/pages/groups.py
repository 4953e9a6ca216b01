"""Groups: which there are, what they are called, who is in them."""

from __future__ import annotations

from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.ui import N_
from cozy.web.call import Call
from cozy.web.forms import stripped, texts
from cozy.web.pages import done

from .. import service
from .bins import BIN
from .door import CONTACTS_URL, page, question, routes, words
from .rows import row

GROUPS_URL = f"{CONTACTS_URL}/groups"
NEW, GROUP = f"{GROUPS_URL}/new", f"{GROUPS_URL}/{{group_id}}"


@routes.on("GET", GROUPS_URL, OWNER)
def groups(work: Work, call: Call) -> Response:
    """All groups. 200."""
    return page(work, call, "groups.html", groups=service.groups.all_(work))


@routes.on("GET", NEW, OWNER)
def ask_new(work: Work, call: Call) -> Response:
    """What shall the group be called? 200."""
    return _ask_name(work, call, "", "")


@routes.on("POST", NEW, OWNER)
def create(work: Work, call: Call, form: FormData) -> Response:
    """Make a group. 303 to choosing who is in it; 422 the question again."""
    name = stripped(form, "name")
    try:
        with work.attempt():
            group = service.groups.create(work, name)
    except Problem as problem:
        return _ask_name(work, call, "", name, problem.detail, form)
    return done(
        call,
        f"{GROUPS_URL}/{quote(group.id, safe='')}/people",
        words(work).gettext(N_("Group created. Who is in it?")),
    )


@routes.on("GET", f"{GROUP}/rename", OWNER)
def ask_name(work: Work, call: Call, group_id: str) -> Response:
    """What shall it be called? 200; 404."""
    return _ask_name(work, call, group_id, service.groups.one(work, group_id).name)


@routes.on("POST", f"{GROUP}/rename", OWNER)
def rename(work: Work, call: Call, group_id: str, form: FormData) -> Response:
    """Give a new name. 303; 422 the question again."""
    name = stripped(form, "name")
    try:
        with work.attempt():
            service.groups.rename(work, group_id, name)
    except Problem as problem:
        return _ask_name(work, call, group_id, name, problem.detail, form)
    return done(call, GROUPS_URL, words(work).gettext(N_("Renamed.")))


def _ask_name(
    work: Work, call: Call, group_id: str, name: str, error: str = "", form: FormData | None = None
) -> Response:
    url = f"{GROUPS_URL}/{quote(group_id, safe='')}/rename" if group_id else NEW
    said = words(work).gettext(error) if error else ""
    return question(
        work,
        call,
        "group_name.html",
        form,
        422 if error else 200,
        url=url,
        is_new=not group_id,
        name=name,
        error=said,
    )


@routes.on("GET", f"{GROUP}/people", OWNER)
async def ask_people(call: Call, group_id: str) -> Response:
    """Who is in it? Everybody, to be ticked. 200; 404."""
    return await call.scan(_ask_people, call, group_id)


def _ask_people(work: Work, call: Call, group_id: str) -> Response:
    group = service.groups.one(work, group_id)
    inside = {each.id for each in service.people.all_(work, group_id)}
    return page(
        work,
        call,
        "group_people.html",
        group=group,
        inside=inside,
        people=[row(each) for each in service.people.all_(work)],
    )


@routes.on("POST", f"{GROUP}/people", OWNER)
def choose_people(work: Work, call: Call, group_id: str, form: FormData) -> Response:
    """Put into the group who is ticked, and nobody else. 303 to the group."""
    service.groups.put_into(work, group_id, texts(form, "ids"))
    return done(call, f"{CONTACTS_URL}?group={quote(group_id, safe='')}", words(work).gettext(N_("Saved.")))


@routes.on("GET", f"{GROUP}/delete", OWNER)
def ask_to_delete(work: Work, call: Call, group_id: str) -> Response:
    """Shall there be no such group any more? 200; 404."""
    return question(work, call, "group_delete.html", group=service.groups.one(work, group_id))


@routes.on("POST", f"{GROUP}/delete", OWNER)
def delete(work: Work, call: Call, group_id: str, form: FormData) -> Response:
    """Put the group into the bin; the people stay. 303, with a way to undo it."""
    binned = service.groups.delete(work, group_id)
    return done(
        call,
        GROUPS_URL,
        words(work).gettext(N_("Group deleted. The people stay in your contacts.")),
        undo=f"{BIN}/restore?ids={binned}",
    )
