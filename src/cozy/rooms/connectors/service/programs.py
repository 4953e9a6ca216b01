"""Which program the slug of a connector stands for."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import get_args

from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.running import Language
from cozy.kernel.work import Work
from cozy.rooms.apps import service as apps
from cozy.rooms.apps.model import App

from ..errors import NotReady, UnknownLanguage
from ..model import Connector, Files
from . import shipped

_USELESS = {
    "README.md",
    "package.json",
    ".travis.yml",
    "LICENSE",
}  # to a program that was built; cozy-stack leaves them out


def find(work: Work, slug: str) -> Connector:
    """What a slug stands for in this home. Raises BadSlug, NoApp, NotReady, UnknownLanguage."""
    app = apps.manifest(work, slug, "konnector")
    if not app.is_usable:
        raise NotReady(slug=slug)
    language = app.body.get("language") or "node"
    if language not in get_args(Language):
        raise UnknownLanguage(slug=slug, language=str(language)[:50])
    if language == "python":
        return _python(app)
    on_delete = str(app.body.get("on_delete_account") or "").strip("/")
    return Connector(
        slug=slug, name=app.manifest.name or slug, version=app.manifest.version, language=language, arguments=(".",),
        on_delete=(f"./{on_delete}",) if on_delete else (), parameters=app.body.get("parameters") or {},
        bring=partial(_bring, app),
    )  # fmt: skip


async def _bring(app: App, house: House, home: Home) -> Files:
    """The files of a connector that was installed, fetched again where this host has them not. Raises NoSource."""
    await apps.installing.ensure(house, home, app)
    return ((name, held) for name, held in apps.packing.entries(house.shelf, app) if name not in _USELESS)


def _python(app: App) -> Connector:
    """One that is written with the SDK: shipped with the home, or a module `connector.py` of its own."""
    is_ours = shipped.is_one(app)
    where = f"shipped:{app.slug}" if is_ours else "connector.py"
    return Connector(
        slug=app.slug, name=app.manifest.name or app.slug, version=app.manifest.version, language="python",
        arguments=("-m", "cozy.sdk", "run", where), parameters=app.body.get("parameters") or {},
        bring=_bring_sdk if is_ours else partial(_bring_both, app),
    )  # fmt: skip


async def _bring_sdk(house: House, home: Home) -> Files:
    """What every connector in Python imports."""
    return shipped.files()


async def _bring_both(app: App, house: House, home: Home) -> Files:
    """The files of a connector in Python, and the SDK, which none of them replaces."""
    return chain(await _bring(app, house, home), shipped.files())
