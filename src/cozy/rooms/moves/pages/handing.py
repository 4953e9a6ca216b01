"""The way of cozy-move (cozy-stack docs/move.md): it is let ask, it asks, and the owner says yes, here, with the passphrase.

Where cozy-stack sends a mail to be sure of the owner, this home asks for the passphrase: that works without mail, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Malformed, Problem
from cozy.kernel.routes import OWN_PROOF, OWNER
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.auth.model import clients as words
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.cookies import read_cookie
from cozy.web.headers import leading_to
from cozy.web.pages import page

from ..errors import BadRequest
from ..model import SCOPE, Asker, Target
from ..service import handing
from .moving import MOVE, confirm, routes

_LONGEST = 2000
_AUTHORIZE, _CONSENT, _GO = "/move/authorize", "/auth/authorize/move", "/move/go"


@routes.on("GET", _AUTHORIZE, OWNER)
def authorize_page(work: Work, call: Call) -> Response:
    """May somebody who leads moves ask that this home is handed over? 200; 400."""
    redirect, state = _way_back(call.query("redirect_uri")), call.query("state")[:_LONGEST]
    answer = page(
        work, call, "moves/authorize.html", host=urlsplit(redirect).netloc, redirect=redirect, state=state
    )
    return _leading(answer, redirect)


@routes.on("POST", _AUTHORIZE, OWNER)
async def authorize(call: Call, form: FormData) -> Response:
    """Back there, with a code that is good to ask once. 303; 400."""
    redirect, state = _way_back(_text(form, "redirect_uri")), _text(form, "state")
    room = await call.read(handing.room, call.home.quota)
    return see_other(_with(redirect, {"state": state, "code": await call.write(handing.agree), **room}))


def _way_back(url: str) -> str:
    parts = urlsplit(url[:_LONGEST])
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Malformed(parameter="redirect_uri")
    return url[:_LONGEST].partition("#")[0]


def _with(url: str, more: Mapping[str, str]) -> str:
    """An empty fragment keeps browsers from carrying one along."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(more)}#"


def _leading(answer: Response, redirect: str) -> Response:
    parts = urlsplit(redirect)
    answer.headers["content-security-policy"] = leading_to(f"{parts.scheme}://{parts.netloc}")
    return answer


@routes.on("POST", "/move/initialize", OWNER)
def initialize(work: Work, call: Call, form: FormData) -> Response:
    """The settings of apps open the way to move: it is a page of this home. 303."""
    return see_other(MOVE)


@routes.on("GET", _CONSENT, OWNER)
def consent_page(work: Work, call: Call) -> Response:
    """May a client move this home, or move another one here? It is not known yet which. With the passphrase. 200; 400."""
    return _consent(work, call, dict(call.request.query_params), 200, None)


def _consent(
    work: Work, call: Call, given: Mapping[str, str], status: int, problem: Problem | None
) -> Response:
    request = auth.authorizing.wanted(work, _asked(given))
    answer = page(
        work, call, "moves/consent.html", status, asked=request.asked, name=request.client.client_name,
        host=urlsplit(request.asked.redirect_uri).netloc, **auth.confirming.wanted(work, call.query("code"), problem),
    )  # fmt: skip
    return _leading(answer, request.asked.redirect_uri)


def _asked(given: Mapping[str, str]) -> words.Asked:
    names = ("client_id", "redirect_uri", "state")
    return words.Asked(
        response_type="code", scope=SCOPE, **{name: given.get(name, "")[:_LONGEST] for name in names}
    )


@routes.on("POST", _CONSENT, OWNER)
async def consent(call: Call, form: FormData) -> Response:
    """Back to the client, with a code for its tokens. 303; 400, 422."""
    given = {name: _text(form, name) for name in ("client_id", "redirect_uri", "state")}
    try:
        await confirm(call, form)
    except Problem as problem:
        return await call.read(_consent, call, given, 422, problem)
    url = await call.write(_agreed, call, given)
    return see_other(_with(url.removesuffix("#"), await call.read(handing.room, call.home.quota)))


def _agreed(work: Work, call: Call, given: Mapping[str, str]) -> str:
    request = auth.authorizing.wanted(work, _asked(given))
    visitor = Visitor(
        address=call.client, user_agent=call.header("user-agent")[:500], device=read_cookie(call, "device")
    )
    return auth.authorizing.agree(work, request, visitor, dict(request.rules), proved=True)


@routes.on("POST", "/move/request", OWN_PROOF)
async def request(call: Call) -> Response:
    """Ask the owner whether this home is handed over to another Cozy. 303 to the question; 400."""
    try:
        said = dict(parse_qsl((await call.body()).decode(), max_num_fields=50))
    except ValueError as error:
        raise BadRequest from error
    asker = Asker(**{name: said.get(name, "") for name in Asker.__struct_fields__})
    target = Target(said.get("target_url", "")[:_LONGEST], said.get("target_token", ""))
    ignores_vault = bool(said.get("ignore_vault"))
    secret = await call.write(handing.ask, asker, target, ignores_vault=ignores_vault)
    return see_other(f"{_GO}?{urlencode({'secret': secret})}")


@routes.on("GET", _GO, OWNER)
def go_page(work: Work, call: Call) -> Response:
    """Shall this home be handed over to there? With the passphrase. 200; 400."""
    return _go(work, call, call.query("secret"), 200, None)


def _go(work: Work, call: Call, secret: str, status: int, problem: Problem | None) -> Response:
    found = handing.asked(work, secret)
    answer = page(
        work, call, "moves/go.html", status, host=found.body.host, secret=secret,
        **auth.confirming.wanted(work, call.query("code"), problem),
    )  # fmt: skip
    return _leading(answer, found.body.target)


@routes.on("POST", _GO, OWNER)
async def go(call: Call, form: FormData) -> Response:
    """Make the archive, which the other Cozy then fetches. 303 to where one waits there; 400, 422."""
    secret = _text(form, "secret")
    try:
        await confirm(call, form)
        url = await handing.begin(call.house, call.home, secret)
    except BadRequest:
        raise
    except Problem as problem:
        return await call.read(_go, call, secret, 422, problem)
    return see_other(url)


@routes.on("GET", "/move/vault", OWNER)
def vault(work: Work, call: Call) -> Response:
    """How passwords that were kept in the other Cozy are taken along: it alone cannot open them. 200."""
    return page(work, call, "moves/vault.html", room="settings")


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value[:_LONGEST] if isinstance(value, str) else ""
