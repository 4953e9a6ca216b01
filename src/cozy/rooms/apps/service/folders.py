"""Apps in development: read live from a folder of this machine, for every home, without being installed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from cozy.kernel.settings import Settings

from ..errors import BadAppFolder, BadManifest
from ..model import MANIFESTS, App, File
from . import manifests

_WITHOUT_A_NAME = "app"  # the slug of a folder that is given without one, as in cozy-stack
_PLAIN = ""


def check(settings: Settings) -> None:
    """Make sure that every folder of the settings holds an app. Raises BadAppFolder, BadSlug, BadManifest."""
    for slug in _folders(settings.app_folders):
        app(settings, slug)


def slugs(settings: Settings) -> list[str]:
    """The apps that are served from folders."""
    return sorted(_folders(settings.app_folders))


def app(settings: Settings, slug: str) -> App | None:
    """The app that is served from a folder, as its manifest is now. Raises BadAppFolder, BadManifest."""
    folder = _folders(settings.app_folders).get(slug)
    if folder is None:
        return None
    path = folder / MANIFESTS["app"]
    try:
        state = path.stat()
        return _app(slug, path, state.st_mtime_ns, state.st_size)
    except OSError as error:
        raise BadAppFolder(f"The folder of the app {slug} has no manifest.webapp.", slug=slug) from error


def file(app: App, path: str) -> File | None:
    """A file of such an app, as it is now; links that lead out of its folder lead nowhere."""
    folder = Path(app.folder)
    try:
        found = (folder / manifests.inside(path).lstrip("/")).resolve(strict=True)
        if not found.is_relative_to(folder) or not found.is_file():
            return None
        state = found.stat()
        return File(found.name, f"{state.st_mtime_ns:x}-{state.st_size:x}", {_PLAIN: found.read_bytes})
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=8)
def _folders(text: str) -> Mapping[str, Path]:
    """`drive:/code/drive/build, home:/code/home` as paths by slug. Raises BadAppFolder, BadSlug."""
    found: dict[str, Path] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        slug, colon, path = part.partition(":")
        slug, path = (slug, path) if colon else (_WITHOUT_A_NAME, part)
        if not path:
            raise BadAppFolder(given=part)
        found[manifests.clean_slug(slug)] = Path(path).expanduser().resolve()
    return found


@lru_cache(maxsize=64)
def _app(slug: str, path: Path, _changed_ns: int, size: int) -> App:
    if size > manifests.SIZE_LIMIT:
        raise BadManifest("The manifest is larger than what is accepted.", limit=manifests.SIZE_LIMIT)
    said = manifests.read(path.read_bytes(), "app")
    body = {**said, "slug": slug, "source": f"file://{path.parent}", "state": "ready"}
    return App(kind="app", slug=slug, body=body, folder=str(path.parent))
