"""What replicas keep here to go on where they stopped. Leave is asked in `access`."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from cozy.kernel.routes import Routes, may
from cozy.kernel.work import Work
from cozy.web.answers import json

from ..service import replicas
from . import shapes

routes = Routes(errors="couchdb")
_ONE = "/data/{doctype}/_local/{name}"


@routes.on("GET", _ONE, may("GET", "{doctype}"), documents=0)
def read(work: Work, doctype: str, name: str) -> Response:
    """What a replica left here. 200; 400, 401, 403, 404."""
    rev, body = replicas.checkpoint(work, doctype, _checked(name))
    return json({"_id": f"_local/{name}", "_rev": rev, **body})


@routes.on("PUT", _ONE, may("GET", "{doctype}"), documents=0)
def write(work: Work, doctype: str, name: str, body: dict[str, Any]) -> Response:
    """Leave something here. 201; 400, 401, 403, 409."""
    rev = replicas.remember(work, doctype, _checked(name), str(body.get("_rev", "")), shapes.body_of(body))
    return json({"ok": True, "id": f"_local/{name}", "rev": rev}, 201)


def _checked(name: str) -> str:
    """Names of checkpoints are digests that may begin with any character."""
    return shapes.checked_id(f"local/{name}").removeprefix("local/")


@routes.on("POST", "/data/{doctype}/_ensure_full_commit", may("GET", "{doctype}"), documents=0, writes=False)
def settle(work: Work, doctype: str) -> Response:
    """Everything is on the disk already. 201; 400, 401, 403."""
    replicas.settle(work, doctype)
    return json({"ok": True, "instance_start_time": "0"}, 201)
