"""The archive of another Cozy, by its address; and where one waits while it comes."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OPEN, OWNER
from cozy.kernel.work import Work
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.pages import done

from .. import service
from .door import IMPORT, page, routes, words

_LONGEST = 2000
_LOOK_S = 10  # between two looks of a browser


@routes.on("POST", f"{IMPORT}/elsewhere", OWNER)
async def prepare(call: Call, form: FormData) -> Response:
    """Fetch what is at this address and look through it. 303 to the import, or back with what is wrong."""
    shown = form.get("address")
    try:
        url = shown[:_LONGEST] if isinstance(shown, str) else ""
        await service.elsewhere.check(call.house, call.home, url)
        made = await call.write(service.elsewhere.prepare, url)
    except Problem as problem:
        return done(call, IMPORT, (await call.read(words)).gettext(problem.detail), failed=True)
    return see_other(f"{IMPORT}/{made.id}")


@routes.on("GET", "/move/importing", OPEN)
def waiting(work: Work, call: Call) -> Response:
    """How far it is, for the owner; for everybody else, that something comes. 200; 303."""
    coming = service.elsewhere.coming(work)
    if call.caller.kind == "owner" and coming:
        return see_other(f"{IMPORT}/{coming[0].id}")
    answer = page(work, call, "importing.html", is_coming=bool(coming))
    if coming:
        answer.headers["refresh"] = str(_LOOK_S)
    return answer
