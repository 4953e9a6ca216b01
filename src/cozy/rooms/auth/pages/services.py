"""A service that the owner wants to log in to with this home, and that cannot register by itself."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.web.call import Call
from cozy.web.forms import text
from cozy.web.pages import page

from .. import service
from ..errors import BadServiceAddress, BadServiceName
from .door import faulty, routes

URL = "/my/settings/devices/service"


@routes.on("GET", URL, OWNER)
def service_page(work: Work, call: Call) -> Response:
    """Which service, and where it is. 200."""
    return _asked(work, call, {}, {})


@routes.on("POST", URL, OWNER)
def add(work: Work, call: Call, form: FormData) -> Response:
    """Keep it, and show what to enter there. 200; 422."""
    values = {name: text(form, name) for name in ("name", "redirect_uri")}
    try:
        client = service.clients.enlist(work, values["name"], values["redirect_uri"])
    except (BadServiceName, BadServiceAddress) as problem:
        return _asked(work, call, values, faulty(problem), 422)
    return page(
        work, call, "auth/service_added.html", room="settings", client=client, origin=call.home.origin,
        secret=service.clients.secret_of(work, client),
    )  # fmt: skip


def _asked(
    work: Work, call: Call, values: dict[str, str], errors: dict[str, str], status: int = 200
) -> Response:
    return page(work, call, "auth/service.html", status, room="settings", values=values, errors=errors)
