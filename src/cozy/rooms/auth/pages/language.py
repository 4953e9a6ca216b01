"""The language, for who is not in."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy import ui
from cozy.kernel.routes import OPEN
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.cookies import set_cookie
from cozy.web.forms import text

from .. import service
from ..errors import BadRedirect
from .door import KEPT_S, routes


@routes.on("POST", "/my/language", OPEN)
async def choose(call: Call, form: FormData) -> Response:
    """Keep the language in a cookie, and go back. 303."""
    if text(form, "locale") in ui.LOCALES:
        set_cookie(call, "locale", text(form, "locale"), max_age_s=KEPT_S)
    try:
        back = service.redirects.target(
            call.home.origin, call.header("referer"), call.house.settings.subdomains
        )
    except BadRedirect:
        back = service.redirects.HOME
    return see_other(back)
