"""What an iPhone or a Mac fetches to set itself up. The token in the address is the proof: no session counts here."""

from __future__ import annotations

from starlette.responses import Response

from cozy import ui
from cozy.kernel.routes import OWN_PROOF
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.web.call import Call

from .. import service
from .door import routes, shown


@routes.on("GET", "/auth/profile/{token}", OWN_PROOF)
async def profile_page(call: Call, token: str) -> Response:
    """What the profile will do, and the way to fetch it; looking uses nothing up. 200; 404."""
    handed = await call.read(service.apple_profiles.look, token)
    return await shown(
        call,
        "auth/apple_profile.html",
        handed=handed,
        domain=call.home.domain,
        path=service.apple_profiles.path(token),
    )


@routes.on("GET", "/auth/profile/{token}/cozy.mobileconfig", OWN_PROOF, writes=True)
def profile(work: Work, call: Call, token: str) -> Response:
    """The profile, with the password of the device in it, this once. 200; 404."""
    is_look = call.request.method == "HEAD"
    handed = service.apple_profiles.look(work, token) if is_look else service.apple_profiles.take(work, token)
    words = ui.words(homes.profile(work).locale)
    body = service.apple_profiles.written(call.home, handed, words.gettext)
    headers = {
        "content-disposition": 'attachment; filename="cozy.mobileconfig"',
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
    }
    return Response(body, headers=headers, media_type=service.apple_profiles.MEDIA_TYPE)
