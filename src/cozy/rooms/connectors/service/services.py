"""What the worker `service` does: a script of an app is run (cozy-stack docs/apps.md)."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Invalid, NotFound
from cozy.kernel.running import Program
from cozy.kernel.work import Work
from cozy.rooms.apps import service as apps
from cozy.rooms.apps.errors import NotBought
from cozy.rooms.apps.model import App, Service
from cozy.rooms.auth import service as auth
from cozy.rooms.jobs.errors import Hopeless
from cozy.rooms.jobs.model import Task

from ..errors import BadWish, NoService, NotReady
from ..model import Files, ServiceWish
from . import environments, runs

START = "index.js"


class Prepared(Struct, frozen=True):
    """A run that can begin."""

    app: App
    service: Service
    environment: dict[str, str]
    files: Files


async def run(house: House, home: Home, task: Task) -> None:
    """Run a service of an app. Raises ProgramFailed, Hopeless, NotReady."""
    wish = _wish(task.message)
    try:
        prepared = await house.write(home, SYSTEM, _prepare, task, wish)
    except (NotFound, Invalid) as error:
        raise Hopeless(type(error).said or error.detail) from error
    if not await apps.prices.opens(house, home, prepared.app):
        raise Hopeless(NotBought.title())
    await apps.installing.ensure(house, home, prepared.app)
    script = apps.files.file(house.shelf, prepared.app, prepared.service.file)
    if script is None:
        raise Hopeless(NoService.title())
    program = Program(
        language="node", arguments=(START,), environment=prepared.environment,
        files=(*prepared.files, (START, script.plain())),
    )  # fmt: skip
    await runs.start(house, home, task, program, counts_errors=False)


def _wish(message: Any) -> ServiceWish:
    try:
        wish = msgspec.convert(message, ServiceWish, strict=False)
    except msgspec.ValidationError as error:
        raise Hopeless(BadWish.title()) from error
    return wish.message or wish


def _prepare(work: Work, task: Task, wish: ServiceWish) -> Prepared:
    """Raises NoApp, BadSlug, NotReady, NoService."""
    app = apps.installing.awake(work, wish.slug)
    if not app.is_usable:
        raise NotReady(slug=wish.slug)
    payload, kept = environments.payload(task)
    environment = {
        **environments.common(work, task, auth.tokens.for_app(work, app.slug), "node"),
        "COZY_COUCH_DOC": environments.text(task.event["doc"]) if task.event else "",
        "COZY_PAYLOAD": payload,
        "COZY_FIELDS": "" if wish.fields is None else environments.text(wish.fields),
    }
    return Prepared(app, _service(app, wish), environment, kept)


def _service(app: App, wish: ServiceWish) -> Service:
    services = app.manifest.services
    if wish.name:
        found = services.get(wish.name)
    else:
        found = next((each for each in services.values() if each.file == wish.service_file), None)
    if found is None:
        raise NoService(slug=app.slug, service=wish.name)
    return found
