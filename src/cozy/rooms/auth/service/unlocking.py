"""Links with a password: whoever has the code gives it once, in a browser (cozy-stack docs/auth.md)."""

from __future__ import annotations

from cozy.kernel.caller import NOBODY
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NoGrant
from cozy.rooms.permissions.model import Permission

from ..errors import LinkOver, WrongLinkPassword
from ..model import Visitor
from . import limits


def link(work: Work, permission_id: str) -> Permission:
    """A link that has not ended. Raises LinkOver."""
    try:
        found = permissions.fetch(work, permission_id)
    except NoGrant as error:
        raise LinkOver from error
    if not found.is_link or permissions.has_ended(work, found):
        raise LinkOver
    return found


async def unlock(house: House, home: Home, permission_id: str, password: str, visitor: Visitor) -> str:
    """What a browser keeps that gave the right password; "" when the link asks for none.

    Raises LinkOver, WrongLinkPassword, TooManyAttempts.
    """
    found = await house.read(home, NOBODY, link, permission_id)
    if not found.password:
        return ""
    await house.write(home, NOBODY, limits.count, "link", visitor)
    sealed = await house.read(home, NOBODY, permissions.passwords.sealed, permission_id)
    if not await permissions.passwords.is_right(sealed, password):
        raise WrongLinkPassword(parameter="password")
    await house.write(home, NOBODY, limits.forgive, "link", visitor)
    return await house.read(home, NOBODY, permissions.passwords.cookie_for, permission_id)
