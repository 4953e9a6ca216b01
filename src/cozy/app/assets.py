"""The door for the pages' own files: styles, scripts, icons, the manifest and the service worker."""

from __future__ import annotations

from starlette.responses import Response

from cozy import ui
from cozy.app import branding
from cozy.app.shell import dressed, locale_of, shell_for_nobody
from cozy.kernel.problem import NotFound
from cozy.kernel.routes import OPEN, Routes
from cozy.web.answers import json
from cozy.web.call import Call

routes = Routes()


@routes.on("GET", "/my/assets/{name}", OPEN)
async def asset(call: Call, name: str) -> Response:
    """A built file; its name holds its hash, so it may be kept for ever."""
    if name.startswith(branding.PREFIX):
        return branding.file(call, name)
    found = ui.assets.asset(name)
    if found is None:
        raise NotFound
    headers = {
        "cache-control": "public, max-age=31536000, immutable" if found.immutable else "no-cache", "vary": "accept-encoding",
    }  # fmt: skip
    packed = ui.assets.packed(name) if _takes_gzip(call.header("accept-encoding")) else None
    if packed is not None:
        return Response(packed, media_type=found.media_type, headers={**headers, "content-encoding": "gzip"})
    return Response(found.path.read_bytes(), media_type=found.media_type, headers=headers)


def _takes_gzip(accepted: str) -> bool:
    """RFC 9110 §12.5.3: a coding is not taken where its weight is zero."""
    for part in accepted.lower().split(","):
        coding, _, weight = part.replace(" ", "").partition(";q=")
        if coding in {"gzip", "x-gzip"}:
            return not weight or weight.strip("0.") != ""
    return False


@routes.on("GET", "/my/sw.js", OPEN)
async def service_worker(call: Call) -> Response:
    """The service worker, asked for anew each time."""
    headers = {"cache-control": "no-cache", "service-worker-allowed": "/my"}
    return Response(ui.assets.service_worker(), media_type="text/javascript", headers=headers)


@routes.on("GET", "/my/manifest.webmanifest", OPEN)
async def manifest(call: Call) -> Response:
    """What installing Cozy as an app needs."""
    return json(ui.assets.manifest(locale_of(call)), media_type="application/manifest+json")


@routes.on("GET", "/my/offline", OPEN)
async def offline(call: Call) -> Response:
    """What the service worker shows when the network is gone."""
    return dressed(ui.render("ui/offline.html", shell=shell_for_nobody(call)), 200)
