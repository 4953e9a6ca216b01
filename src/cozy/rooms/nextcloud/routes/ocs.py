"""OCS: what the server can do, who the owner is, and a device that takes its leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from cozy.kernel.problem import NotFound
from cozy.kernel.routes import KNOWN, OPEN, Need, Routes, may
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.model import FILES
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions
from cozy.web import ocs
from cozy.web.call import Call

from ..model import CHUNK, COLOR, PRODUCT, VERSION

routes = Routes(errors="ocs")
Handler = Callable[..., Response]
UNLIMITED = -3  # as Nextcloud says that there is no quota


def _in_both(method: str, path: str, need: Need) -> Callable[[Handler], Handler]:
    """Declare a handler for both versions of the envelope."""

    def register(handler: Handler) -> Handler:
        for version in ("v1", "v2"):
            routes.on(method, f"/ocs/{version}.php{path}", need)(handler)
        return handler

    return register


@_in_both("GET", "/cloud/capabilities", OPEN)
def capabilities(work: Work, call: Call) -> Response:
    """What clients may use here; they take what is not said for not there. 200."""
    major, minor, micro = VERSION
    version = {
        "major": major, "minor": minor, "micro": micro, "string": f"{major}.{minor}.{micro}", "edition": "",
        "extendedSupport": False,
    }  # fmt: skip
    able = {
        "core": {"pollinterval": 60, "webdav-root": "remote.php/webdav"},
        "dav": {"chunking": "1.0"},
        "files": {
            "bigfilechunking": True, "blacklisted_files": [], "undelete": False, "versioning": False,
            "chunked_upload": {"max_size": CHUNK, "max_parallel_count": 1},
        },
        "checksums": {"supportedTypes": ["SHA256", "SHA1", "MD5"], "preferredUploadType": "SHA256"},
        "files_sharing": {"api_enabled": False},
        "theming": {"name": PRODUCT, "url": work.origin, "slogan": "", "color": COLOR, "color-text": "#ffffff"},
    }  # fmt: skip
    return ocs.answer(call, {"version": version, "capabilities": able})


@_in_both("GET", "/cloud/user", may("GET", FILES))
def user(work: Work, call: Call) -> Response:
    """Who the owner is, and how much room there is. 200; 401, 403."""
    return ocs.answer(call, _user(work, call))


@_in_both("GET", "/cloud/users/{user}", may("GET", FILES))
def user_named(work: Work, call: Call, user: str) -> Response:
    """The same, by the name that was told. 200; 401, 403, 404."""
    if user != work.domain:
        raise NotFound
    return ocs.answer(call, _user(work, call))


def _user(work: Work, call: Call) -> dict[str, Any]:
    profile, used, quota = homes.profile(work), files.usage(work), call.home.quota
    room = {"free": UNLIMITED, "used": used, "total": UNLIMITED, "relative": 0, "quota": UNLIMITED}
    if quota is not None:
        share = round(100 * used / quota, 2) if quota else 100
        room = {"free": max(0, quota - used), "used": used, "total": quota, "relative": share, "quota": quota}
    return {
        "id": work.domain, "display-name": profile.public_name, "displayname": profile.public_name, "enabled": True,
        "language": profile.locale, "quota": room,
    }  # fmt: skip


@_in_both("DELETE", "/core/apppassword", KNOWN)
def leave(work: Work, call: Call) -> Response:
    """Take back the password that asks: its device was told to forget this home. 200; 401, 404."""
    if call.caller.kind != "device":
        raise NotFound
    permissions.withdraw(work, permissions.fetch(work, call.caller.permission))
    return ocs.answer(call, {})
