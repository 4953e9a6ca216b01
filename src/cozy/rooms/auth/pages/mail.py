"""Change the mail address, which can reset the passphrase: so the passphrase is asked for."""

from __future__ import annotations

from msgspec.structs import replace
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.ui import N_
from cozy.web.call import Call
from cozy.web.forms import text

from .. import service
from .door import confirm, done, faulty, routes, shown

URL = "/my/settings/mail"


@routes.on("GET", URL, OWNER)
async def mail_page(call: Call) -> Response:
    """The present address. 200."""
    profile = await call.read(homes.profile)
    return await _mail(call, 200, profile.email, {})


@routes.on("POST", URL, OWNER)
async def change(call: Call, form: FormData) -> Response:
    """Change it. 303; 422."""
    email = text(form, "email")
    try:
        await confirm(call, form)
        await call.write(_change, email)
    except Problem as problem:
        return await _mail(call, 422, email, faulty(problem))
    return await done(call, "/my/settings", N_("Mail address changed."))


@routes.on("GET", "/settings/email/confirm", OWNER)
async def confirm_new(call: Call) -> Response:
    """The link of a mail: the address it was sent to is the owner's from now on. 303; 400."""
    await call.write(service.addresses.confirm, call.query("token"))
    return await done(call, "/my/settings", N_("Mail address changed."))


def _change(work: Work, email: str) -> None:
    homes.change_profile(work, replace(homes.profile(work), email=email))


async def _mail(call: Call, status: int, email: str, errors: dict[str, str]) -> Response:
    return await shown(
        call, "auth/mail.html", status, room="settings", domain=call.home.domain, email=email, errors=errors
    )  # fmt: skip
