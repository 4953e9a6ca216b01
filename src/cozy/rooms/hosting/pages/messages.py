"""What the host says to all of its homes."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import HOSTER
from cozy.ui import N_
from cozy.web.call import Call

from .. import service
from .door import done, routes, shown, text, words

MESSAGES = "/my/messages"


@routes.on("GET", MESSAGES, HOSTER)
async def messages_page(call: Call) -> Response:
    """What was said, and a form. 200."""
    return await _shown(call, 200, {}, {})


@routes.on("POST", MESSAGES, HOSTER)
async def say(call: Call, form: FormData) -> Response:
    """Say something to every home. 303; 422."""
    values = {name: text(form, name) for name in ("title", "body")}
    try:
        await call.write(service.telling.say, values["title"], values["body"])
    except Problem as problem:
        errors = {problem.facts["parameter"]: words(call).gettext(problem.detail)}
        return await _shown(call, 422, values, errors)
    return done(call, MESSAGES, N_("Every home is told, one after the other."))


async def _shown(call: Call, status: int, values: dict[str, str], errors: dict[str, str]) -> Response:
    said = await call.read(service.telling.said)
    return await shown(call, "messages.html", status, "messages", said=said, values=values, errors=errors)
