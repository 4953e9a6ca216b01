"""Contexts and feature flags."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from cozy.kernel.routes import HOSTER, Routes
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.web.answers import json
from cozy.web.call import Call

from .. import service
from .asking import asks

routes = Routes()


@routes.on("GET", "/instances/contexts", HOSTER)
def contexts(work: Work) -> Response:
    """What the settings say of every context, without secrets. 200."""
    return json([service.facts.context(work.settings, name) for name in sorted(work.settings.contexts)])


@routes.on("GET", "/instances/contexts/{name}", HOSTER)
def context(work: Work, name: str) -> Response:
    """The same of one. 200; 404."""
    return json(service.facts.context(work.settings, name))


@routes.on("GET", "/instances/{domain}/feature/flags", HOSTER)
def flags(work: Work, domain: str) -> Response:
    """The feature flags of one home alone. 200; 404."""
    return json(homes.at(work, service.homes.clean_domain(domain)).hosted.flags)


@routes.on("PATCH", "/instances/{domain}/feature/flags", HOSTER)
@asks(body=dict[str, Any])
async def change_flags(call: Call, domain: str) -> Response:
    """Change some of them; null takes one away. 200; 400, 404."""
    clean = service.homes.clean_domain(domain)
    patch = await call.decoded(dict[str, Any])
    listing = await call.write(service.homes.set_flags, clean, patch)
    call.house.relisted[clean] += 1
    return json(listing.hosted.flags)


@routes.on("GET", "/instances/{domain}/feature/sets", HOSTER)
def sets(work: Work, domain: str) -> Response:
    """The names of the feature sets that you keep beside a home. 200; 404."""
    found = homes.at(work, service.homes.clean_domain(domain))
    return json(found.hosted.books.get("feature_sets", []))


@routes.on("PUT", "/instances/{domain}/feature/sets", HOSTER)
def change_sets(work: Work, domain: str, body: list[str]) -> Response:
    """Keep others. 200; 400, 404."""
    found = service.homes.set_sets(work, service.homes.clean_domain(domain), body)
    return json(found.hosted.books.get("feature_sets", []))


@routes.on("GET", "/instances/feature/config/{name}", HOSTER)
def context_flags(work: Work, name: str) -> Response:
    """The feature flags of a context. 200; 404."""
    return json(service.facts.context_flags(work.settings, name))


@routes.on("GET", "/instances/feature/contexts/{name}", HOSTER)
def context_ratios(work: Work, name: str) -> Response:
    """The feature flags of a part of a context's homes. 200; 404."""
    homes.contexts.find(work.settings, name)
    return json(homes.contexts.context_of(work.settings, name).feature_ratios)


@routes.on("GET", "/instances/feature/defaults", HOSTER)
def default_flags(work: Work) -> Response:
    """The feature flags of every home. 200."""
    return json(work.settings.features)
