"""Favourites and films."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.web.call import Call

from .. import service
from .door import PHOTOS_URL, routes
from .rolls import roll_page


@routes.on("GET", f"{PHOTOS_URL}/favourites", OWNER)
async def favourites(call: Call) -> Response:
    """The photos that the owner marked. 200."""
    return await call.scan(_favourites, call)


def _favourites(work: Work, call: Call) -> Response:
    roll = service.rolls.favourites(work)
    return roll_page(work, call, roll, f"{PHOTOS_URL}/favourites", "list.html", which="favourites")


@routes.on("GET", f"{PHOTOS_URL}/films", OWNER)
async def films(call: Call) -> Response:
    """The films. 200."""
    return await call.scan(_films, call)


def _films(work: Work, call: Call) -> Response:
    roll = service.rolls.films(work)
    return roll_page(work, call, roll, f"{PHOTOS_URL}/films", "list.html", which="films")
