"""The house's table of contents: which doors there are, who reacts to what, and what is plugged where."""

from __future__ import annotations

from typing import Any

from cozy.app import assets
from cozy.kernel.jobs import DayPassed, Job
from cozy.kernel.routes import Routes
from cozy.kernel.work import Event
from cozy.rooms.files import routes as files_routes
from cozy.rooms.files import service as files
from cozy.rooms.homes.ports import Furnish
from cozy.rooms.jobs import jobs

DOORS: list[Routes] = [assets.routes, files_routes.routes]

REACTIONS: dict[type[Event], list[Job]] = {
    DayPassed: [jobs.forget_given_up],
}

PORTS: dict[type, list[Any]] = {Furnish: [files.furnish]}
