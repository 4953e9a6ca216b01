"""A zip among the files, unpacked beside itself."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.web.call import Call
from cozy.web.pages import done

from ..service import unpacking
from .door import routes, words


@routes.on("POST", "/my/file/{file_id}/unpack", OWNER)
async def unpack(call: Call, file_id: str, form: FormData) -> Response:
    """Unpack a zip into a folder beside it. 303 to that folder, which fills; back to the zip with the reason where it cannot be."""
    try:
        folder, missed = await unpacking.begin(call.house, call.home, file_id)
    except Problem as problem:
        return done(call, f"/my/file/{file_id}", await call.read(_said, problem.detail), failed=True)
    return done(call, f"/my/drive/{folder}", await call.read(_said_of, missed), failed=missed > 0)


def _said(work: Work, text: str) -> str:
    return words(work).gettext(text)


def _said_of(work: Work, missed: int) -> str:
    said = words(work)
    if missed:
        return said.ngettext(
            "%(num)s file in it cannot be unpacked. The others appear here.",
            "%(num)s files in it cannot be unpacked. The others appear here.",
            missed,
        )
    return said.gettext("What is in it appears here.")
