"""People who are there twice: why we think so, side by side, and one tap to make them one."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.ui import N_, Words
from cozy.web.call import Call
from cozy.web.forms import texts
from cozy.web.pages import done

from .. import service
from .cards import card
from .days import in_words
from .door import CONTACTS_URL, failed, page, routes, words
from .rows import row

DUPLICATES = f"{CONTACTS_URL}/duplicates"
REASONS = {
    "email": N_("The same mail address: %(what)s"),
    "phone": N_("The same phone number: %(what)s"),
    "name": N_("The same name: %(what)s"),
}


@routes.on("GET", DUPLICATES, OWNER)
async def duplicates(call: Call) -> Response:
    """Everybody who seems to be there twice. 200."""
    return await call.scan(_duplicates, call)


def _duplicates(work: Work, call: Call) -> Response:
    said = words(work)
    return page(
        work, call, "duplicates.html", pairs=[_pair(said, each) for each in service.twins.duplicates(work)]
    )


def _pair(said: Words, twins: Any) -> dict[str, Any]:
    return {
        "why": [said.gettext(REASONS[reason], what=what) for reason, what in twins.reasons],
        "people": [
            {"card": card(said, row(each), each.body), "born": in_words(said, each.body.get("birthday", ""))}
            for each in twins.people
        ],
    }


@routes.on("POST", f"{DUPLICATES}/merge", OWNER)
def merge(work: Work, call: Call, form: FormData) -> Response:
    """Make one of those whom the form names. 303 to the next ones, with a way to undo it."""
    try:
        with work.attempt():
            undo = service.twins.merge(work, texts(form, "ids"))
    except Problem as problem:
        return failed(work, call, DUPLICATES, problem)
    return done(
        call, DUPLICATES, words(work).gettext(N_("Merged into one.")), undo=f"{DUPLICATES}/undo?merge={undo}"
    )


@routes.on("POST", f"{DUPLICATES}/undo", OWNER)
def undo(work: Work, call: Call, form: FormData) -> Response:
    """Make them two again. 303."""
    try:
        with work.attempt():
            service.twins.unmerge(work, call.query("merge"))
    except Problem as problem:
        return failed(work, call, DUPLICATES, problem)
    return done(call, DUPLICATES, words(work).gettext(N_("They are apart again.")))


@routes.on("POST", f"{DUPLICATES}/keep", OWNER)
def keep_apart(work: Work, call: Call, form: FormData) -> Response:
    """Remember that these are different people. 303 to the next ones."""
    service.twins.keep_apart(work, texts(form, "ids"))
    return done(call, DUPLICATES, words(work).gettext(N_("They stay two people.")))
