"""Cross-site request forgery: a change asked with a cookie must come from a page of ours.

Two locks: the browser's own word (`Sec-Fetch-Site`, else `Origin`), and a token that only our pages can read, sent
back as the form field `csrf_token` or the header `X-CSRF-Token`, compared with a host-only cookie.
"""

from __future__ import annotations

import hmac

from starlette.datastructures import FormData

from cozy.kernel.ids import new_secret
from cozy.kernel.problem import Forbidden

from .call import Call
from .cookies import read_cookie, set_cookie

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Forged(Forbidden):
    """This page has been open for too long, or the request did not come from it: go back, reload, and try again."""


def token(call: Call) -> str:
    """The token for a page's forms; sets the cookie on the way when there is none."""
    known: str = call.csrf or read_cookie(call, "csrf")
    if not known:
        known = new_secret()
        set_cookie(call, "csrf", known)
    call.csrf = known
    return known


def guard_origin(call: Call) -> None:
    """Raises Forged for a form that a page of another site sends, before any of it is read."""
    if not call.has_token and not is_from_here(call):
        raise Forged


def guard(call: Call, form: FormData | None, *, from_device: bool = False) -> None:
    """Raises Forged when a change is asked with cookies from elsewhere. Bearers of a token need no such proof.

    from_device: what no page asked for counts as well, but the person's own device: a share target has no token, and its
    browser says that there is no page behind it (Fetch Metadata, `none`).
    """
    if call.request.method in SAFE or call.has_token:
        return
    if from_device and call.header("sec-fetch-site") == "none":
        return
    if not call.request.cookies and form is None:
        return
    expected = read_cookie(call, "csrf")
    given = call.header("x-csrf-token") or (str(form.get("csrf_token", "")) if form is not None else "")
    if not is_from_here(call) or not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise Forged


def is_from_here(call: Call) -> bool:
    """Whether the browser says that this request comes from this very origin, or from the person directly."""
    site = call.header("sec-fetch-site")
    if site:
        return site in {"same-origin", "none"}
    origin = call.header("origin")
    return not origin or origin == call.home.origin
