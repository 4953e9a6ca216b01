"""The chores of contacts."""

from __future__ import annotations

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.jobs import job
from cozy.rooms.homes.events import ProfileChanged

from . import service


@job("contacts.follow_profile")
async def follow_profile(house: House, home: Home, event: ProfileChanged) -> None:
    """Let the owner's own card say what the profile says; a second time it does already."""
    await house.write(home, SYSTEM, service.agree, event.public_name, event.email)
