"""Problems to HTTP: the one place where a kind becomes a status, and a body that the asker can read."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import structlog
from starlette.responses import HTMLResponse, Response

from cozy import ui
from cozy.app.shell import dressed, locale_of, shell_for_nobody
from cozy.dav import xml
from cozy.kernel.caller import SYSTEM
from cozy.kernel.carrying import HomeGone
from cozy.kernel.home import app_origin
from cozy.kernel.problem import NotFound, Problem, Unavailable
from cozy.kernel.routes import Manner
from cozy.rooms.auth.errors import BadToken, ExpiredToken
from cozy.rooms.homes.errors import TermsUpdated
from cozy.rooms.moves import service as moves
from cozy.rooms.neighbours import service as neighbours
from cozy.rooms.neighbours.errors import NotSigned
from cozy.web import couchdb, jsonapi, ocs
from cozy.web.answers import json, nothing, see_other
from cozy.web.call import Call, TooBig
from cozy.web.dispatch import NoPage
from cozy.web.headers import STRANDED_HEADERS

log = structlog.get_logger()

STATUS = {
    "malformed": 400, "unauthenticated": 401, "action_needed": 402, "forbidden": 403, "not_found": 404, "method": 405, "conflict": 409,
    "gone": 410, "stale": 412, "full": 413, "unsupported": 415, "invalid": 422, "locked": 423, "too_many": 429, "broken": 500, "elsewhere": 502,
    "unavailable": 503, "out_of_space": 507,
}  # fmt: skip


CHALLENGE = 'Basic realm="Cozy", charset="UTF-8"'  # RFC 7617


class Broken(Problem):
    """Something broke on our side; what you had before is safe."""

    kind = "broken"


class Vacant(NotFound):
    """There is no home on this host yet."""


async def refuse(call: Call, error: BaseException, manner: Manner) -> Response:
    """The answer to a request that cannot be fulfilled. Unknown errors are logged whole and shown bare."""
    problem = error if isinstance(error, Problem) else Broken()
    status = _status(problem)
    if isinstance(problem, HomeGone) and (elsewhere := await follow(call)):
        return elsewhere
    if status == 500:
        log.error("unexpected error", method=call.request.method, route=call.route, exc_info=error)
    if isinstance(error, NotSigned):
        await call.house.write(call.home, SYSTEM, neighbours.warn, error.facts["address"])
    response = _TELLERS[manner](call, problem, status)
    response.headers.update(_headers(problem, status))
    return response


async def follow(call: Call) -> Response | None:
    """The way to the same thing at the address where the home lives by now, whatever is asked of it (RFC 9110 §15.4.9)."""
    call.house.relisted[call.home.domain] += 1
    address = await moves.gone_to(call.house, call.home.domain)
    if not address:
        return None
    origin = app_origin(address, call.slug, call.house.settings.subdomains) if call.slug else address
    query = call.request.scope["query_string"].decode("ascii", "replace")
    path = call.request.scope["raw_path"].decode("ascii", "replace").partition("?")[0]
    return Response(status_code=308, headers={"location": f"{origin}{path}{'?' if query else ''}{query}"})


def _status(problem: Problem) -> int:
    if isinstance(problem, jsonapi.Several):
        return _status(problem.problems[0])
    return 413 if isinstance(problem, TooBig) else STATUS[problem.kind]


def _api(call: Call, problem: Problem, status: int) -> Response:
    return _bare(call, problem, status) or _jsonapi(problem, status)


def _data(call: Call, problem: Problem, status: int) -> Response:
    return _bare(call, problem, status) or json(couchdb.problem(problem, status), status)


def _oauth(call: Call, problem: Problem, status: int) -> Response:
    """As RFC 6749 §5.2 and RFC 7591 §3.2.2 say, in the words that clients of cozy-stack match."""
    said = problem.facts.get("error") or problem.said or problem.detail
    more = {name: problem.facts[name] for name in ("error_description",) if name in problem.facts}
    return _bare(call, problem, status) or json({"error": said, **more}, status)


def _bare(call: Call, problem: Problem, status: int) -> Response | None:
    """What is said in every API alike."""
    if call.request.method == "HEAD":
        return nothing(status)
    return json({"error": problem.title()}, status) if isinstance(problem, BadToken | ExpiredToken) else None


def _jsonapi(problem: Problem, status: int) -> Response:
    problems = problem.problems if isinstance(problem, jsonapi.Several) else [problem]
    errors = [jsonapi.problem(each, _status(each)) for each in problems]
    return json({"errors": errors}, status, media_type=jsonapi.MEDIA_TYPE)


def _dav(call: Call, problem: Problem, status: int) -> Response:
    """As RFC 4918 §16 says; where a home is full, as §9.7.1 does."""
    said = 507 if problem.kind == "full" else status
    if call.request.method == "HEAD":
        return nothing(said)
    condition = problem.facts.get("condition", problem.condition)
    body = xml.error(condition, problem.facts.get("hrefs", ()), problem.detail)
    challenge = {"www-authenticate": CHALLENGE} if said == 401 else {}
    return Response(body, said, challenge, xml.MEDIA_TYPE)


def _ocs(call: Call, problem: Problem, status: int) -> Response:
    if call.request.method == "HEAD":
        return nothing(status)
    response = ocs.problem(call, problem, status)
    if status == 401:
        response.headers["www-authenticate"] = CHALLENGE
    return response


def _page(call: Call, problem: Problem, status: int) -> Response:
    if isinstance(problem, Vacant):
        return see_other("/my/welcome")
    if isinstance(problem, TermsUpdated):
        return see_other("/my/terms")
    if status == 401 and call.request.method not in {"GET", "HEAD"}:
        return see_other("/auth/login")
    if status == 401:
        target = call.request.url.path + (f"?{call.request.url.query}" if call.request.url.query else "")
        return see_other(f"/auth/login?redirect={quote(target, safe='')}")
    if call.slug:
        return _stranded(call, problem, status)
    shell = shell_for_nobody(call)
    detail = (
        ui.words(shell.locale).gettext(problem.detail)
        if status != 500 and not isinstance(problem, NoPage)
        else ""
    )
    return dressed(ui.render_problem(status, shell=shell, detail=detail), status)


def _stranded(call: Call, problem: Problem, status: int) -> Response:
    """On the origin of an app, where our styles and scripts are not."""
    shell = ui.Shell(locale=locale_of(call), now=call.house.clock())
    detail = ui.words(shell.locale).gettext(problem.detail) if status != 500 else ""
    html = ui.render_stranded(status, shell=shell, home=call.home.origin, detail=detail)
    return HTMLResponse(html, status, STRANDED_HEADERS)


_TELLERS: dict[Manner, Callable[[Call, Problem, int], Response]] = {
    "page": _page, "jsonapi": _api, "couchdb": _data, "oauth": _oauth, "dav": _dav, "ocs": _ocs,
}  # fmt: skip


def _headers(problem: Problem, status: int) -> dict[str, str]:
    if isinstance(problem, ExpiredToken):
        said = 'Bearer error="invalid_token" error_description="The access token expired"'
        return {"www-authenticate": said}
    if isinstance(problem, BadToken):
        return {"www-authenticate": 'Bearer error="invalid_token"'}
    if status == 405:
        return {"allow": ", ".join(problem.facts["allowed"])}
    if "retry_after_s" in problem.facts:
        return {"retry-after": str(problem.facts["retry_after_s"])}
    if isinstance(problem, Unavailable):
        return {"retry-after": "5"}
    return {}
