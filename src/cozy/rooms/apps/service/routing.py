"""From an address of an app's origin to one of its files."""

from __future__ import annotations

from ..errors import NoAppPage
from ..model import App, Asked, Route
from . import manifests


def asked(app: App, path: str) -> Asked:
    """The file that a path stands for: the route that names most of it decides. Raises NoAppPage."""
    parts = [part for part in manifests.inside(path).split("/") if part]
    found: tuple[int, Route] | None = None
    for name, route in app.manifest.routes.items():
        wanted = [part for part in name.split("/") if part]
        if parts[: len(wanted)] == wanted and (found is None or len(wanted) > found[0]):
            found = (len(wanted), route)
    if found is None:
        raise NoAppPage(path=path[:200])
    length, route = found
    rest = "/".join(parts[length:]) or route.index
    if not rest:
        raise NoAppPage(path=path[:200])
    is_index = rest == route.index
    return Asked(app, route, manifests.inside(f"{route.folder}/{rest}"), is_index)
