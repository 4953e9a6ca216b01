"""When the services of an app run: their triggers come, change and go with it (cozy-stack docs/apps.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from cozy.kernel.work import Work
from cozy.rooms.documents.errors import NoDocument
from cozy.rooms.jobs import service as jobs
from cozy.rooms.jobs.errors import BadTrigger
from cozy.rooms.jobs.service.triggers import Wanted

from ..model import App, Service

log = structlog.get_logger()
NEVER = "@at 2000-01-01T00:00:00.000Z"  # how authors said that others start a service, before there could be no trigger
Services = Mapping[str, Mapping[str, Any]]  # as the document of an app holds them


def plan(work: Work, app: App, before: Services) -> dict[str, dict[str, Any]]:
    """The services of an app with the ids of their triggers: made for what is new, kept for what is as it was.

    before: those of the version that was here, whose triggers go where they are wanted no more.
    """
    planned: dict[str, dict[str, Any]] = {}
    for name, service in app.manifest.services.items():
        known = before.get(name, {})
        trigger_id = (
            known.get("trigger_id") if _is_same(service, known) else _made(work, app.slug, name, service)
        )
        planned[name] = {**app.body["services"][name], **({"trigger_id": trigger_id} if trigger_id else {})}
    kept = {service.get("trigger_id") for service in planned.values()}
    for service in before.values():
        if service.get("trigger_id") and service["trigger_id"] not in kept:
            _remove(work, service["trigger_id"])
    return planned


def _is_same(service: Service, known: Mapping[str, Any]) -> bool:
    said = (service.type, service.file, service.trigger, service.debounce)
    return bool(known) and said == tuple(
        known.get(name, "") for name in ("type", "file", "trigger", "debounce")
    )


def _made(work: Work, slug: str, name: str, service: Service) -> str:
    """The id of a new trigger; "" for a service that is started otherwise, or whose trigger cannot be understood."""
    type_, _, arguments = service.trigger.strip().partition(" ")
    if not type_ or service.trigger == NEVER:
        return ""
    wanted = Wanted(
        type=type_,
        worker="service",
        arguments=arguments.strip(),
        debounce=service.debounce,
        message={"slug": slug, "name": name},
    )
    try:
        with work.attempt():
            return jobs.triggers.make(work, wanted, slug).id
    except BadTrigger as error:
        log.warning(
            "a service of an app has no trigger",
            slug=slug,
            service=name,
            error=str(error.facts.get("reason", "")),
        )
        return ""


def _remove(work: Work, trigger_id: str) -> None:
    try:
        jobs.triggers.discard(work, trigger_id)
    except NoDocument:
        return  # somebody did already
