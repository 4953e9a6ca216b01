"""Doctypes as the databases that replicas see. Leave is asked in `access`."""

from __future__ import annotations

from starlette.responses import Response

from cozy.kernel.routes import OPEN, Routes, may
from cozy.kernel.work import Work
from cozy.web.answers import json
from cozy.web.call import Call

from ..model import spelled
from ..service import lists, replicas

routes = Routes(errors="couchdb")


@routes.on("GET", "/data", OPEN)
def welcome() -> Response:
    """What replicas look at first. 200."""
    return json({"message": "welcome to a cozy API"})


@routes.on("GET", "/data/_all_doctypes", may("GET", "io.cozy.doctypes"), documents=0)
def doctypes(work: Work) -> Response:
    """The doctypes that are in use. 200; 401, 403."""
    return json(replicas.doctypes(work))


@routes.on("PUT", "/data/{doctype}", may("POST", "{doctype}"), documents=0)
def begin(work: Work, doctype: str) -> Response:
    """Begin to use a doctype. 201; 400, 401, 403, 412 when it is in use."""
    replicas.begin(work, doctype)
    return json({"ok": True}, 201)


@routes.on("GET", "/data/{doctype}", may("GET", "{doctype}"), documents=0)
async def status(call: Call, doctype: str) -> Response:
    """A doctype in numbers. 200; 400, 401, 403."""
    return await call.scan(_status, doctype)


def _status(work: Work, doctype: str) -> Response:
    found = lists.status(work, doctype)
    return json(
        {
            "db_name": doctype, "doc_count": found.living, "doc_del_count": found.deleted,
            "update_seq": spelled(found.last_seq), "purge_seq": 0, "compact_running": False, "instance_start_time": "0",
        }
    )  # fmt: skip


@routes.on("DELETE", "/data/{doctype}", may("DELETE", "{doctype}"))
def erase(work: Work, call: Call, doctype: str) -> Response:
    """Remove every document of a doctype for good. 200; 400, 401, 403."""
    call.account(lists.living(work, doctype))
    replicas.erase(work, doctype)
    return json({"ok": True, "deleted": True})
