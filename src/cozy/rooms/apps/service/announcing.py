"""What the room notifications asks of apps: which categories of them each announced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from cozy.kernel.work import Work
from cozy.rooms.notifications.ports import Properties, Teller
from cozy.rooms.notifications.service.from_apps import properties_of

from ..model import App
from .installed import installed, manifest


class AnnouncingApps:
    """Plugged into notifications."""

    def announced(
        self, work: Work, kind: Literal["app", "konnector"], slug: str
    ) -> Mapping[str, Properties] | None:
        """Its categories, None where its manifest has none. Raises NoApp, BadSlug."""
        return _announced(manifest(work, slug, kind))

    def tellers(self, work: Work, locale: str) -> Sequence[Teller]:
        """The apps and connectors that announced any, by name."""
        every = [*installed(work), *installed(work, "konnector")]
        found = [
            Teller(app.slug, app.said("name", locale) or app.slug)
            for app in every
            if _announced(app) is not None
        ]
        return sorted(found, key=lambda each: each.name)


def _announced(app: App) -> dict[str, Properties] | None:
    found = app.body.get("notifications")
    return properties_of(found) if isinstance(found, dict) and found else None
