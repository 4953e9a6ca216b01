"""Taking everything along: the question, with the passphrase."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.web.answers import see_other
from cozy.web.call import Call

from .. import service
from ..errors import NoRoom
from ..model import COZY_ARCHIVE, Choice, Export
from . import say
from .door import LEAVE, asked, confirm, let_fetch, page, routes, words

NEW = f"{LEAVE}/new"
EVERYTHING = Export()


@routes.on("GET", NEW, OWNER)
def ask(work: Work, call: Call) -> Response:
    """Once more the passphrase. 200."""
    return _asked(work, call, 200, None)


@routes.on("POST", NEW, OWNER)
async def begin(call: Call, form: FormData) -> Response:
    """Begin to prepare it. 303 to its page; 422."""
    try:
        await confirm(call, form)
        await service.check_room(call.house, call.home)
        made = await call.write(service.begin, _chosen(form))
    except Problem as problem:
        return await call.read(_asked, call, 422, problem, _chosen(form))
    await let_fetch(call, made.id)
    return see_other(f"{LEAVE}/{made.id}")


def _chosen(form: FormData) -> Export:
    """What a form asks for; everything, where it says nothing that is known."""
    if form.get("what") == say.ARCHIVE:
        return Export(kind=COZY_ARCHIVE)
    what: Choice = next((each for each in service.CHOICES if each == form.get("what")), "everything")
    return Export(what=what, is_since=form.get("since") == "1")


def _asked(
    work: Work, call: Call, status: int, problem: Problem | None, chosen: Export = EVERYTHING
) -> Response:
    room = say.room(work, problem) if isinstance(problem, NoRoom) else ""
    return page(
        work,
        call,
        "new.html",
        status,
        room_needed=room,
        choices=say.choices(words(work)),
        chosen=chosen,
        picked=say.ARCHIVE if chosen.kind == COZY_ARCHIVE else chosen.what,
        **asked(work, call, problem),
    )
