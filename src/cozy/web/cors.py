"""Cross-origin requests (Fetch §3.2): apps live on origins of their own and ask the home's API from there.

Every origin may ask: what it gets is what its token opens. A session alone counts for nothing from elsewhere (`app/server.py`
admits it from the home's own pages only), and pages never carry these headers.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.responses import Response

from .call import Call

KEPT_FOR_S = 43_200  # how long a browser may remember a preflight
_SHOWN = "Content-Disposition, Content-Length, Content-Range, ETag, Location, Upload-Offset, Upload-Length, Upload-Expires, Tus-Resumable"


def is_preflight(call: Call) -> bool:
    """Whether a browser asks for leave to make a cross-origin request."""
    return call.request.method == "OPTIONS" and bool(
        call.header("origin") and call.header("access-control-request-method")
    )


def preflight(call: Call) -> Response:
    """Leave to ask what is announced."""
    response = Response(status_code=204)
    share(call, response.headers)
    response.headers["access-control-allow-methods"] = call.header("access-control-request-method")
    if wanted := call.header("access-control-request-headers"):
        response.headers["access-control-allow-headers"] = wanted
    response.headers["access-control-max-age"] = str(KEPT_FOR_S)
    return response


def share(call: Call, headers: MutableHeaders) -> None:
    """Let the page that asked read the answer."""
    if origin := call.header("origin"):
        headers["access-control-allow-origin"] = origin
        headers["access-control-allow-credentials"] = "true"
        headers["access-control-expose-headers"] = _SHOWN
        headers["vary"] = f"{headers['vary']}, Origin" if "vary" in headers else "Origin"
