"""Plans: what a host offers."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.routes import HOSTER, Routes
from cozy.kernel.work import Work
from cozy.web.answers import json, nothing

from .. import service
from ..model import Offer

routes = Routes()


@routes.on("GET", "/plans", HOSTER)
def plans(work: Work) -> Response:
    """What is offered, by price. 200."""
    return json(service.plans.listed(work))


@routes.on("PUT", "/plans/{name}", HOSTER)
def keep_plan(work: Work, name: str, body: Offer) -> Response:
    """Offer a plan, or change it for homes that get it from now on. 200; 400, 422."""
    return json(service.plans.keep(work, name, body))


@routes.on("DELETE", "/plans/{name}", HOSTER)
def drop_plan(work: Work, name: str) -> Response:
    """Offer it no more; homes that have it keep what they have. 204; 404."""
    service.plans.drop(work, name)
    return nothing()
