"""What this home shares with other servers, over WebDAV: the room dav, narrowed to one folder or file.

Who asks shows what opens the share as a bearer token (OCM 1.1), or as the name of HTTP Basic, as Nextcloud does, whose
address this is.
"""

from __future__ import annotations

import base64
from contextlib import suppress
from functools import partial

from cozy.kernel.routes import OWN_PROOF, Routes
from cozy.rooms.dav.model import PREFIX
from cozy.web.again import Again
from cozy.web.call import Call, Mount

from .. import service
from ..errors import TopStays, WrongSecret
from ..model import WEBDAV

routes = Routes(errors="dav")
METHODS = (
    "OPTIONS", "GET", "PUT", "DELETE", "MKCOL", "COPY", "MOVE", "PROPFIND", "PROPPATCH", "LOCK", "UNLOCK",
)  # fmt: skip
_NOT_THE_TOP = {"DELETE", "MOVE"}


async def shared(call: Call) -> Again:
    """What is shared, and what is in it, as at /dav/files. As there; 401, 403 for what would take it away, 404."""
    opened = await call.prove(partial(call.read, service.opening.open_, _secret_of(call)))
    inside = call.path.removeprefix(WEBDAV)
    if not inside.strip("/") and call.request.method in _NOT_THE_TOP:
        raise TopStays
    call.caller, call.mount = opened.caller, Mount(WEBDAV, opened.path)
    return Again(PREFIX + inside)


for _method in METHODS:
    for _path in (WEBDAV, f"{WEBDAV}/{{path:path}}"):
        routes.on(_method, _path, OWN_PROOF)(shared)


def _secret_of(call: Call) -> str:
    """Raises WrongSecret where there is none."""
    scheme, _, value = call.header("authorization").partition(" ")
    if scheme.lower() == "bearer" and value:
        return value.strip()
    if scheme.lower() == "basic":
        with suppress(ValueError):
            name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
            return name or password
    raise WrongSecret
