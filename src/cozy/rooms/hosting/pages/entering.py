"""Coming in to the console, and going."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy import ui
from cozy.kernel.routes import HOSTER, OPEN
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.cookies import read_cookie, set_cookie

from .. import service
from ..errors import WrongToken
from .door import CONSOLE, COOKIE, LOG_IN, routes, shown, text

_YEAR_S = 365 * 24 * 3600


@routes.on("GET", "/", HOSTER)
async def top() -> Response:
    """Go to the homes. 303."""
    return see_other(CONSOLE)


@routes.on("GET", LOG_IN, OPEN)
async def log_in_page(call: Call) -> Response:
    """Ask for a token. 200."""
    return await shown(call, "login.html", error="")


@routes.on("POST", LOG_IN, OPEN)
async def log_in(call: Call, form: FormData) -> Response:
    """Come in with a token. 303; 422."""
    token = await service.tokens.holder(call.house, text(form, "token").strip(), call.client)
    if token is None:
        return await shown(call, "login.html", 422, error=WrongToken.title())
    set_cookie(call, COOKIE, await call.write(service.entering.open_, token))
    return see_other(CONSOLE)


@routes.on("POST", "/my/logout", HOSTER)
async def log_out(call: Call, form: FormData) -> Response:
    """Go. 303."""
    await call.write(service.entering.end, read_cookie(call, COOKIE))
    set_cookie(call, COOKIE, "", max_age_s=0)
    return see_other(LOG_IN)


@routes.on("POST", "/my/language", OPEN)
async def choose_language(call: Call, form: FormData) -> Response:
    """Keep the language in a cookie, and go back to where one comes in. 303."""
    if text(form, "locale") in ui.LOCALES:
        set_cookie(call, "locale", text(form, "locale"), max_age_s=_YEAR_S)
    return see_other(CONSOLE if call.caller.kind == "hoster" else LOG_IN)
