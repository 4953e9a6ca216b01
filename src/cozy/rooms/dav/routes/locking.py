"""Locking: LOCK, UNLOCK."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.responses import Response

from cozy.dav import answers, bodies, headers, xml
from cozy.dav.problems import BadHeader
from cozy.kernel.routes import may
from cozy.rooms.files.model import FILES
from cozy.web.call import Call

from .. import service
from ..errors import LockConflict
from ..model import LOCK_S, LONGEST_LOCK_S, Lock, href
from .door import at_places, done, expected_of, place_of, told, top_of, xml_of


@at_places("LOCK", may("PUT", FILES))
async def lock(call: Call) -> Response:
    """Lock a place, found or not yet, or let a lock live longer. 200, 201, 207; 400, 401, 403, 409, 412, 423."""
    path, expected = place_of(call), expected_of(call)
    timeout_s = headers.timeout_s(call.header("timeout"), otherwise=LOCK_S, most=LONGEST_LOCK_S)
    depth = headers.depth(call.header("depth"))
    if depth == 1:
        raise BadHeader(parameter="Depth")
    body = await xml_of(call)
    if not body.strip():
        return _told(call, await call.write(service.locks.refresh, expected, path, timeout_s), 200, {})
    empty = await call.house.blobs.put(call.home.id, _no_bytes())
    try:
        made, is_new = await call.write(
            service.locking.lock, expected, path, bodies.lockinfo(body), empty, is_deep=depth is None, timeout_s=timeout_s
        )  # fmt: skip
    except LockConflict as conflict:
        if not conflict.facts["is_inside"]:
            raise
        return _conflict(call, path, conflict.facts["hrefs"])
    return _told(call, made, 201 if is_new else 200, {"lock-token": f"<{made.token}>"})


async def _no_bytes() -> AsyncIterator[bytes]:
    for nothing in ():
        yield nothing


def _told(call: Call, lock: Lock, status: int, more: dict[str, str]) -> Response:
    active = service.properties.active(lock, top_of(call))
    return told(
        f"<d:prop {xml.NAMESPACES}><d:lockdiscovery>{active}</d:lockdiscovery></d:prop>", status, more
    )


def _conflict(call: Call, path: str, hrefs: tuple[str, ...]) -> Response:
    """What is inside is locked, so that the whole cannot be (RFC 4918 §9.10.3)."""
    outcomes = [(each, 423) for each in hrefs] + [(href(path, is_folder=True, top=top_of(call)), 424)]
    return told(answers.multistatus(answers.outcome(each, code) for each, code in outcomes))


@at_places("UNLOCK", may("PUT", FILES))
async def unlock(call: Call) -> Response:
    """Give a lock back. 204; 400, 401, 403, 409."""
    await call.write(service.locks.give_back, place_of(call), headers.lock_token(call.header("lock-token")))
    return done(is_new=False)
