"""What the room auth asks of apps: programs on devices may share the grant of one."""

from __future__ import annotations

from cozy.kernel.caller import SYSTEM, Caller
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.rooms.auth.ports import LinkedApp

from ..errors import AlreadyInstalled, BadSlug, NoApp
from ..model import App
from . import installing, offers
from .installed import manifest


class LinkedApps:
    """Plugged into auth."""

    async def find(self, house: House, home: Home, slug: str) -> LinkedApp | None:
        """The installed app, else the one that the registry has; None when there is no such app."""
        app = await _here(house, home, slug)
        if app is None:
            try:
                offer = await offers.offered(house, home, slug)
            except BadSlug:
                return None
            app = offer.app if offer and offer.app.kind == "app" else None
        return LinkedApp(app.slug, app.manifest.name or app.slug, app.manifest.permissions) if app else None

    async def install(self, house: House, home: Home, caller: Caller, slug: str) -> None:
        """Install the app from the registry, with what its manifest asks for; nothing when it is there already."""
        if await _here(house, home, slug) is None:
            try:
                await installing.install(house, home, caller, slug)
            except AlreadyInstalled:
                return


async def _here(house: House, home: Home, slug: str) -> App | None:
    try:
        app = await house.read(home, SYSTEM, manifest, slug)
    except (NoApp, BadSlug):
        return None
    return app if app.is_usable else None
