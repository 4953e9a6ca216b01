"""What a log-in form needs to know, and logging out (cozy-stack docs/auth.md, docs/public.md)."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.problem import Unauthenticated
from cozy.kernel.routes import OPEN, Routes
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.web.answers import json, nothing
from cozy.web.call import Call
from cozy.web.cookies import read_cookie, set_cookie

from .. import service
from ..errors import NoSession

routes = Routes()


@routes.on("GET", "/public/prelogin", OPEN)
def prelogin(work: Work) -> Response:
    """What a log-in form needs to know. 200; 412 where nobody has chosen a passphrase yet."""
    if not service.passphrase.sealed(work):
        return json({"error": "the instance has not been onboarded"}, 412)  # clients know these words
    profile = homes.profile(work)
    return json(
        {
            "Kdf": 0, "KdfIterations": service.passphrase.iterations(work), "OIDC": service.provider.configured(work).is_openid, "FranceConnect": False, "magic_link": False,
            "locale": profile.locale, "name": profile.public_name,
        }
    )  # fmt: skip


@routes.on("DELETE", "/auth/login", OPEN)
def log_out(work: Work, call: Call) -> Response:
    """End the session of the cookie. Needs a token, or a page of ours. 204; 401."""
    session = _session(work, call)
    try:
        service.sessions.end(work, session)
    except NoSession:
        pass
    set_cookie(call, "session", "", max_age_s=0)
    return nothing()


@routes.on("DELETE", "/auth/login/others", OPEN)
def log_others_out(work: Work, call: Call) -> Response:
    """End every session but the cookie's. Needs a token, or a page of ours. 204; 401."""
    service.sessions.end_all_but(work, _session(work, call))
    return nothing()


def _session(work: Work, call: Call) -> str:
    """The session of the cookie, also when an app's token of that session came along: it proves that no other site asks."""
    session = service.sessions.of(work, read_cookie(call, "session"))
    if session is None or call.caller.session != session.id:
        raise Unauthenticated
    return session.id


@routes.on("GET", "/auth/confirm/{code}", OPEN)
def confirmed(work: Work, code: str) -> Response:
    """Whether the owner has just shown that it is them, as a code of an app's address says. 204; 401."""
    if not service.confirming.is_good(work, code):
        return json({"error": "invalid code"}, 401)
    return nothing()
