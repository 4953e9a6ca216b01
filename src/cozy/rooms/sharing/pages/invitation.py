"""An invitation, told in plain words, and the answer to it (cozy-stack docs/sharing.md)."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Malformed, Problem
from cozy.kernel.routes import OPEN, OWNER
from cozy.kernel.work import Work
from cozy.rooms.permissions.errors import NobodyIn
from cozy.ui import N_
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.forms import stripped
from cozy.web.pages import done

from ..errors import WrongState
from ..model import Sharing
from ..ports import Opened
from ..service import answering, keeping
from .asked import asked
from .door import SHARED_URL, page, question, routes, url_of, way_back, words
from .things import phrase, thing_of

AUTHORIZE = "/auth/authorize/sharing"
ONE = f"{SHARED_URL}/{{sharing_id}}"


@routes.on("GET", AUTHORIZE, OPEN)
async def consent(call: Call) -> Response:
    """What somebody would like to share, where the link of their invitation leads. 200; 303 to log in, or to what is here already; 400, 404."""
    if call.caller.kind != "owner":
        raise NobodyIn
    if not call.query("sharing_id"):
        raise Malformed("The sharing_id parameter is mandatory.", parameter="sharing_id")
    return await call.scan(_consent, call, call.query("sharing_id"), call.query("state"))


def _consent(work: Work, call: Call, sharing_id: str, state: str) -> Response:
    found = keeping.fetch(work, sharing_id)
    if found.is_waiting:
        return invitation(work, call, found, state)
    if found.owner or not found.active:
        raise WrongState
    return see_other(_opened(work, found) or url_of(found.id))


def _opened(work: Work, found: Sharing) -> str:
    """The app that shows what was taken, where it was shared by one that is installed here; else ""."""
    asked = (port(work, found.app_slug, found.rules[0].doctype, found.id) for port in work.plugged(Opened))
    return next((url for url in asked if url), "")


def invitation(
    work: Work, call: Call, found: Sharing, state: str = "", problem: Problem | None = None
) -> Response:
    """The page of an invitation. state: that it came with; problem: why the last answer did not go through."""
    said = words(work)
    secrets = found.secrets_of(0)
    kept, link = (secrets.state, secrets.link) if secrets else ("", "")
    return page(
        work, call, "invitation.html", 422 if problem else 200, asked=asked(work, said, found, call.home.quota),
        domain=call.home.domain, state=state, link="" if state or kept else link,
        error=said.gettext(problem.detail) if problem else "",
    )  # fmt: skip


@routes.on("POST", AUTHORIZE, OWNER)
async def answer(call: Call, form: FormData) -> Response:
    """Take it in, or say no. 303; 404; 422 the page again."""
    sharing_id, state = stripped(form, "sharing_id"), stripped(form, "state")
    if stripped(form, "answer") == "no":
        return await call.write(_declined, call, sharing_id, SHARED_URL)
    if form.get("answer") == "":  # Enter was pressed in a field
        return await call.scan(_consent, call, sharing_id, state)
    try:
        taken = await answering.accept(call.house, call.home, call.caller, sharing_id, state)
    except Problem as problem:
        return await call.scan(_again, call, sharing_id, state, problem)
    if state and (app := await call.read(_opened, taken)):  # they came by a link, as from an app
        return see_other(app)
    said = await call.read(words)
    told = N_("You take part. The first copy is being made.") if taken.initial_sync else N_("You take part.")
    return done(call, url_of(sharing_id), said.gettext(told))


def _again(work: Work, call: Call, sharing_id: str, state: str, problem: Problem) -> Response:
    """The page with what went wrong; of an invitation that is gone, the problem itself."""
    found = keeping.fetch(work, sharing_id)
    if not found.is_waiting:
        raise problem
    return invitation(work, call, found, state, problem)


@routes.on("GET", f"{AUTHORIZE}/{{sharing_id}}/cancel", OWNER)
async def cancel(call: Call, sharing_id: str) -> Response:
    """Back from the question without an answer: to what the other home shows of it, else to what is shared here. 303."""
    url = await answering.preview_url(call.house, call.home, sharing_id, call.query("state"))
    return see_other(url or SHARED_URL)


@routes.on("GET", f"{ONE}/decline", OWNER)
def ask_to_decline(work: Work, call: Call, sharing_id: str) -> Response:
    """Shall there be no such invitation any more? 200; 404."""
    found = keeping.fetch(work, sharing_id)
    return question(
        work, call, "decline.html", here=url_of(found.id), what=phrase(words(work), thing_of(work, found)),
        sharer=found.members[0].called,
    )  # fmt: skip


@routes.on("POST", f"{ONE}/decline", OWNER)
def decline(work: Work, call: Call, sharing_id: str, form: FormData) -> Response:
    """Say no. 303; 404."""
    return _declined(work, call, sharing_id, way_back(call, form, SHARED_URL))


def _declined(work: Work, call: Call, sharing_id: str, back: str) -> Response:
    found, said = keeping.fetch(work, sharing_id), words(work)
    what = phrase(said, thing_of(work, found))
    answering.decline(work, sharing_id)
    gone = back.startswith(url_of(sharing_id))
    return done(call, SHARED_URL if gone else back, said.gettext(N_("You declined %(what)s."), what=what))
