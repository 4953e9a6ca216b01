"""One grant: what it is, narrowing it, giving it an end, stopping it, and taking that back."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.clock import iso, parse
from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.ui import N_, leave
from cozy.web.call import Call
from cozy.web.pages import done, page

from .. import service
from ..errors import BadEnd
from ..model import Permission
from ..model.ledger import Picked, holder_of
from .door import ACCESS, holder, routes, words
from .journal import JOURNAL, Choice, told

LATELY = 5  # lines of the journal on the page of a grant
_STOPPED = N_("%(name)s sees nothing of your home any more.")
_STOPPED_LINK = N_("The link “%(name)s” opens nothing any more.")
GRANT = f"{ACCESS}/grants/{{grant_id}}"


@routes.on("GET", GRANT, OWNER)
async def grant(call: Call, grant_id: str) -> Response:
    """What it may do, until when, and what it did last. 200; 404."""
    await service.ledger.flush_home(call.house, call.home)
    return await call.read(_grant, call, grant_id)


@routes.on("POST", GRANT, OWNER)
def change(work: Work, call: Call, grant_id: str, form: FormData) -> Response:
    """Allow less, or until another day. 303; 422."""
    found = service.fetch(work, grant_id)
    end, day = str(form.get("end", "")), str(form.get("day", ""))
    keep, see_only = (
        [str(each) for each in form.getlist("keep")],
        [str(each) for each in form.getlist("see_only")],
    )
    try:
        with work.attempt():
            chosen = service.narrowed(found.rules, _all_of(work, found, keep), _all_of(work, found, see_only))
            narrowed = service.narrow(work, found, chosen)
            if end != "as_is":
                service.set_end(work, narrowed, service.end_of(work, end, day))
    except Problem as problem:
        said = {str(problem.facts.get("parameter", "")): words(work).gettext(problem.detail)}
        return _grant(work, call, grant_id, 422, keep=keep, see_only=see_only, end=end, day=day, errors=said)
    return done(call, ACCESS, words(work).gettext("Saved."))


def _alike(work: Work, found: Permission) -> dict[str, list[str]]:
    return leave.alike(words(work), service.lines(work, found.rules))


def _all_of(work: Work, found: Permission, titles: list[str]) -> list[str]:
    """The rules that were chosen: those that say the same are chosen together."""
    alike = _alike(work, found)
    return [each for title in titles for each in alike.get(title, [title])]


def _grant(work: Work, call: Call, grant_id: str, status: int = 200, **typed: Any) -> Response:
    found = service.fetch(work, grant_id)
    shown, who, alike = holder(work, found), holder_of(found), _alike(work, found)
    shown = replace(shown, lines=[line for line in shown.lines if line.title in alike])
    known = {
        "keep": None, "see_only": (), "end": "date" if shown.until else "",
        "day": shown.until.isoformat() if shown.until else "", "errors": {},
    }  # fmt: skip
    entries = service.ledger.entries(work, Picked(holder=who), limit=LATELY) if who.name else []
    return page(
        work, call, "permissions/grant.html", status, room="access", holder=shown,
        hidden=service.out_of_sight(found.rules), lately=[told(words(work), entry, {who: shown.name}) for entry in entries],
        journal=f"{JOURNAL}?{Choice(f'{who.kind}:{who.name}').query()}", **{**known, **typed},
    )  # fmt: skip


@routes.on("GET", f"{GRANT}/stop", OWNER)
def ask_to_stop(work: Work, call: Call, grant_id: str) -> Response:
    """Shall it see nothing any more? 200; 404."""
    return page(
        work, call, "permissions/stop.html", room="access", holder=holder(work, service.fetch(work, grant_id))
    )


@routes.on("POST", f"{GRANT}/stop", OWNER)
def stop(work: Work, call: Call, grant_id: str, form: FormData) -> Response:
    """Take the grant back, at once. 303, with a way to undo it where nothing is destroyed by it."""
    found = service.fetch(work, grant_id)
    shown, said = holder(work, found), words(work)
    if shown.can_be_given_back and not shown.is_over:
        service.set_end(work, found, iso(work.now))
        undo = f"{shown.url}/again?until={found.expires_at}"
    else:
        service.withdraw(work, found)
        undo = ""
    text = _STOPPED_LINK if shown.kind == "links" else _STOPPED
    return done(call, ACCESS, said.gettext(text, name=shown.name), undo=undo)


@routes.on("POST", f"{GRANT}/again", OWNER)
def give_back(work: Work, call: Call, grant_id: str, form: FormData) -> Response:
    """Undo stopping it: let it last as long as before. 303; 404; 422."""
    found, until = service.fetch(work, grant_id), call.query("until")
    service.set_end(work, found, _moment(until))
    text = words(work).gettext("%(name)s works again.", name=holder(work, found).name)
    return done(call, ACCESS, text)


def _moment(text: str) -> str:
    """An end as a permission keeps it. Raises BadEnd."""
    try:
        return iso(parse(text)) if text else ""
    except ValueError as error:
        raise BadEnd(parameter="until") from error
