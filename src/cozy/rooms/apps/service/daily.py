"""Once a day: new versions of what came from a registry."""

from __future__ import annotations

import structlog

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes

from ..model import App, Kind
from . import installing
from .installed import installed

log = structlog.get_logger()
KINDS: tuple[Kind, ...] = ("app", "konnector")


async def update_all(house: House, home: Home) -> None:
    """Bring what came from a registry up to date; what asks for more waits for the owner. One failure stops no other."""
    for app in await house.read(home, SYSTEM, _due):
        try:
            await installing.update(house, home, SYSTEM, app.slug, app.kind)
        except Problem as error:
            log.warning("app is not updated", slug=app.slug, error=error.detail)


def _due(work: Work) -> list[App]:
    """Those to look after, unless the owner does it by hand."""
    if homes.instance.read(work).body.get("auto_update") is False:
        return []
    apps = [app for kind in KINDS for app in installed(work, kind)]
    return [app for app in apps if not app.folder and app.source.startswith("registry://")]
