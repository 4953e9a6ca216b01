"""Where a host wants to be asked for help."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes

from ..errors import NoSupport


def address(work: Work) -> str:
    """The mail address of the home's context, else of the settings. Raises NoSupport."""
    found = homes.contexts.members(work).get("reply_to") or work.settings.support_address
    if not isinstance(found, str) or not found:
        raise NoSupport
    return found
