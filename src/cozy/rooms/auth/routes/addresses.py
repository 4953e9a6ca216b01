"""The mail address and the second step, as far as apps may change them (cozy-stack docs/settings.md)."""

from __future__ import annotations

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.problem import Malformed
from cozy.kernel.routes import Routes, may
from cozy.kernel.work import Work
from cozy.rooms.homes.model import SETTINGS
from cozy.rooms.permissions import service as permissions
from cozy.web.answers import nothing
from cozy.web.call import Call

from .. import service
from ..errors import BadMode, NoMail, OnItsPage, WrongPassphrase
from ..model import Typed
from .door import visitor_of

routes = Routes()
_URL = "/settings/email"


class Address(Struct, frozen=True):
    """{"passphrase": "<key>", "email": "alice@example.org"}"""

    passphrase: str
    email: str


@routes.on("POST", _URL, may("POST", SETTINGS))
async def give(call: Call) -> Response:
    """Have a link sent to another mail address, which makes it the owner's. 204; 400, 403, 422, 429, 503."""
    await call.read(_may_change)
    given = await call.decoded(Address)
    typed, visitor = Typed(given.passphrase), visitor_of(call)
    try:
        await service.entering.confirm(call.house, call.home, call.caller, typed, visitor)
    except WrongPassphrase as error:
        raise Malformed(error.detail) from error
    _check_mail(call)
    await call.write(service.addresses.give, given.email, visitor)
    return nothing()


@routes.on("POST", f"{_URL}/resend", may("POST", SETTINGS))
async def again(call: Call) -> Response:
    """Have it sent again. 204; 400, 403, 429, 503."""
    await call.read(_may_change)
    _check_mail(call)
    await call.write(service.addresses.again, visitor_of(call))
    return nothing()


@routes.on("DELETE", _URL, may("POST", SETTINGS))
def forget(work: Work) -> Response:
    """Leave the address as it is. 204; 403."""
    _may_change(work)
    service.addresses.forget(work)
    return nothing()


class Mode(Struct, frozen=True):
    """{"auth_mode": "basic"}"""

    auth_mode: str
    two_factor_activation_code: str = ""


@routes.on("PUT", "/settings/instance/auth_mode", may("PUT", SETTINGS))
def change_mode(work: Work, body: Mode) -> Response:
    """Ask for a second step or not: the owner alone says so, on the page of it. 204 when nothing changes; 400, 403."""
    permissions.guard(work, "PUT", SETTINGS, None, None)
    if body.auth_mode not in service.facts.MODES:
        raise BadMode(parameter="auth_mode")
    if body.auth_mode != service.facts.mode(work):
        raise OnItsPage
    return nothing()


def _may_change(work: Work) -> None:
    permissions.guard(work, "POST", SETTINGS, None, None)


def _check_mail(call: Call) -> None:
    if not call.house.mailer.configured:
        raise NoMail
