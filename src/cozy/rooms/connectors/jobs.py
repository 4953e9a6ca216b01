"""The workers that this room plugs."""

from __future__ import annotations

import os

from cozy.rooms.jobs.ports import WorkerType

from . import service

_AT_ONCE = 2 * (os.cpu_count() or 1)

WORKERS = [
    WorkerType(
        name="konnector",
        run=service.konnectors.run,
        leaves=service.konnectors.leaves,
        timeout_s=300,
        most_timeout_s=300,
        most_tries=2,
        at_once=_AT_ONCE,
        most_per_hour=100,
    ),
    WorkerType(
        name="service",
        run=service.services.run,
        timeout_s=300,
        most_timeout_s=300,
        most_tries=2,
        at_once=_AT_ONCE,
        most_per_hour=200,
    ),
]
