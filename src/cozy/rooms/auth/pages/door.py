"""What the pages of this room share: who stands at the door, and what their browser keeps."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy import ui
from cozy.kernel.problem import Problem
from cozy.kernel.routes import Routes
from cozy.rooms.homes import service as homes
from cozy.web.answers import json, see_other
from cozy.web.call import Call
from cozy.web.cookies import read_cookie, set_cookie
from cozy.web.forms import text
from cozy.web.headers import leading_to
from cozy.web.pages import flash, page

from .. import service
from ..errors import BadRedirect
from ..model import ITERATIONS, KNOWN, Entered, SecondStep, Typed, Visitor

routes = Routes(pages=True)

KEPT_S = int(
    KNOWN.total_seconds()
)  # of the browser's cookies; how long a session lives is for the server to say


def visitor_of(call: Call, form: FormData | None = None) -> Visitor:
    """Who stands at the door."""
    return Visitor(
        address=call.client,
        user_agent=call.header("user-agent")[:500],
        device=read_cookie(call, "device"),
        stays=bool(form and form.get("long-run-session")),
        trusts=bool(form and form.get("two-factor-generate-trusted-device-token")),
    )


def typed(form: FormData, name: str = "passphrase") -> Typed:
    """The passphrase of a form, by whichever of its two fields came."""
    return Typed(text(form, name), text(form, f"raw_{name}"))


def let_in(call: Call, entered: Entered) -> None:
    """Give the browser what it needs to come back."""
    set_cookie(call, "session", entered.session, max_age_s=KEPT_S if entered.stays else None)
    set_cookie(call, "device", entered.device, max_age_s=KEPT_S)


async def arrived(call: Call, outcome: Entered | SecondStep, target: str, redirect: str = "") -> Response:
    """Go where somebody wanted to go, or to the second step. redirect: what they asked for, as they asked for it.

    A program gets the address in JSON.
    """
    if isinstance(outcome, SecondStep):
        query = urlencode({"two_factor_token": outcome.token, "redirect": redirect or target})
        return going(call, f"/auth/twofactor?{query}", two_factor_token=outcome.token)
    let_in(call, outcome)
    session = outcome.session.partition(".")[0]
    return going(call, await call.write(service.redirects.carrying, session, target))


def going(call: Call, url: str, **more: str) -> Response:
    """A redirect or, for a program, its address in JSON."""
    if not wants_json(call):
        return see_other(url)
    absolute = url if "://" in url else f"{call.home.origin}{url}"
    return json({"redirect": absolute, **more})


async def confirm(call: Call, form: FormData) -> None:
    """Ask for the passphrase again, before something that matters. Raises WrongPassphrase, TooManyAttempts."""
    await service.entering.confirm(call.house, call.home, call.caller, typed(form), visitor_of(call))


async def shown(call: Call, template: str, status: int = 200, **context: Any) -> Response:
    """A page, from an async handler; it knows how browsers make keys."""
    context["iterations"] = await call.read(service.passphrase.iterations) if call.home.id else ITERATIONS
    if not call.home.id:
        return await call.house.read_host(lambda work: page(work, call, template, status, **context))
    return await call.read(lambda work: page(work, call, template, status, **context))


def leading_on(call: Call, response: Response, redirect: str) -> Response:
    """Let the form of a page end on the origin of an app."""
    try:
        target = service.redirects.target(call.home.origin, redirect, call.house.settings.subdomains)
    except BadRedirect:
        return response
    if "://" in target and not target.startswith(f"{call.home.origin}/"):
        scheme, _, rest = target.partition("://")
        response.headers["content-security-policy"] = leading_to(f"{scheme}://{re.split(r'[/?#]', rest)[0]}")
    return response


def faulty(problem: Problem) -> dict[str, str]:
    """The sentence of a problem, under the name of the field that it is about."""
    return {str(problem.facts.get("parameter", "")): problem.detail}


async def done(call: Call, url: str, message: str) -> Response:
    """Go there, with a sentence about what was done. message: a msgid."""
    profile = await call.read(homes.profile)
    flash(call, ui.words(profile.locale).gettext(message))
    return see_other(url)


def wants_json(call: Call) -> bool:
    """Whether a program asks rather than a person."""
    return "application/json" in call.header("accept")
