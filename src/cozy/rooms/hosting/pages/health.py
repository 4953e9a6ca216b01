"""How the host is, and whether mail leaves it."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import HOSTER
from cozy.ui import N_
from cozy.web.call import Call

from .. import service
from .door import STATES, done, routes, shown, text, words

HEALTH = "/my/health"


@routes.on("GET", HEALTH, HOSTER)
async def health_page(call: Call) -> Response:
    """Versions, disk, work that waits, mail. 200."""
    return await _shown(call, 200, "", "")


@routes.on("POST", HEALTH, HOSTER)
async def try_mail(call: Call, form: FormData) -> Response:
    """Send a mail to an address, to see that mail leaves. 303; 422."""
    to, said = text(form, "to"), words(call)
    subject = said.gettext("A trial mail of your Cozy host")
    try:
        body = said.gettext("Mail leaves this host. Somebody at its console asked for this one.")
        await service.health.try_mail(call.house, to, subject, body)
    except Problem as problem:
        return await _shown(call, 422, to, said.gettext(problem.detail))
    return done(call, HEALTH, N_("The mail is on its way to %(address)s."), address=to.strip())


async def _shown(call: Call, status: int, to: str, error: str) -> Response:
    health = await service.health.look(call.house)
    said = words(call)
    counted = [(said.gettext(STATES[state][0]), number) for state, number in sorted(health.homes.items())]
    return await shown(
        call, "health.html", status, "health", health=health, counted=counted, to=to, error=error
    )
