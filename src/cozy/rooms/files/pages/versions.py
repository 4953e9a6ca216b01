"""What a file held before: see, save, bring back, keep, forget."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.clock import parse
from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.web.call import Call
from cozy.web.pages import done

from .. import service
from ..service import Version
from ..service.versions import delete_version, revert, tag_version, versions_of
from .door import failed, folder_url, page, question, routes, words
from .lists import crumbs
from .preview import show_version

KEPT = "kept"  # the label that this page gives; any label keeps a version from going by itself


class Line(Struct, frozen=True):
    """One version, as the page lists it. key: the part of its id after the file's."""

    key: str
    at: datetime
    size: int
    is_kept: bool
    sha: str


@routes.on("GET", "/my/file/{file_id}/versions", OWNER)
def versions(work: Work, call: Call, file_id: str) -> Response:
    """What a file held before, newest first. 200; 404."""
    file = service.fetch(work, file_id)
    return page(
        work, call, "versions.html", file=file, at=parse(file.updated_at), crumbs=crumbs(work, file),
        parent=folder_url(file.dir_id), lines=[_line(version) for version in versions_of(work, file_id)],
        kept=work.settings.versions_kept,
    )  # fmt: skip


def _line(version: Version) -> Line:
    key = version.id.partition("/")[2]
    return Line(
        key,
        parse(str(version.body["updated_at"])),
        version.size,
        bool(version.body["tags"]),
        version.sha256[:12],
    )


@routes.on("POST", "/my/file/{file_id}/versions", OWNER)
def act(work: Work, call: Call, file_id: str, form: FormData) -> Response:
    """Bring a version back, or keep it, or no longer. 303 to the versions."""
    url, said = f"/my/file/{file_id}/versions", words(work)
    key, action = str(form.get("version", "")), str(form.get("action", ""))
    try:
        if action == "revert":
            with work.attempt():
                revert(work, file_id, key)
            return done(call, url, said.gettext("This version is back; the other one is kept below."))
        with work.attempt():
            tag_version(work, file_id, key, [KEPT] if action == "keep" else [])
    except Problem as problem:
        return failed(work, call, url, problem)
    kept = said.gettext("This version will be kept.")
    return done(call, url, kept if action == "keep" else said.gettext("This version may go by itself again."))


@routes.on("GET", "/my/file/{file_id}/versions/{key}", OWNER)
async def version(call: Call, file_id: str, key: str) -> Response:
    """A version, large. 200; 404."""
    file, old, content = await call.read(service.open_version, file_id, key)
    return await show_version(call, file, key, content, str(old.body.get("mime", file.mime)))


@routes.on("GET", "/my/file/{file_id}/versions/{key}/delete", OWNER)
def ask_to_delete(work: Work, call: Call, file_id: str, key: str) -> Response:
    """Shall this version go for good? 200; 404."""
    file, old, _ = service.open_version(work, file_id, key)
    return question(work, call, "forget.html", file=file, line=_line(old))


@routes.on("POST", "/my/file/{file_id}/versions/{key}/delete", OWNER)
def delete(work: Work, call: Call, file_id: str, key: str, form: FormData) -> Response:
    """Forget a version for good. 303 to the versions."""
    delete_version(work, file_id, key)
    return done(call, f"/my/file/{file_id}/versions", words(work).gettext("Version erased."))
