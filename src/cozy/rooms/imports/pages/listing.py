"""Bring your data here: where it is dropped, what waits, what came, and how to get it out of where it is now."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.clock import parse
from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.files import service as files
from cozy.ui import N_
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.pages import done

from .. import service
from ..model import FOLDER
from . import places, say
from .door import IMPORT, page, routes, words


@routes.on("GET", IMPORT, OWNER)
async def listed(call: Call) -> Response:
    """What there is to bring in, and what was. 200."""
    return await call.scan(_listed, call)


def _listed(work: Work, call: Call) -> Response:
    said = words(work)
    waiting, more = service.waiting.all_(work)
    past = [
        (each, say.STATES[each.body.state], say.summary(said, each.body), parse(each.body.created_at))
        for each in service.all_(work)
    ]
    return page(
        work, call, "list.html", around=files.ROOT, within=FOLDER, waiting=waiting, more=more, past=past, places=places.PLACES,
        seq=documents.last_seq(work),
    )  # fmt: skip


@routes.on("POST", f"{IMPORT}/folder", OWNER)
def make_folder(work: Work, call: Call, form: FormData) -> Response:
    """Make the folder that originals are uploaded to, where it is missing. 303 to where files are chosen without scripts."""
    return see_other(f"/my/drive/{service.waiting.folder(work)}/upload")


@routes.on("POST", IMPORT, OWNER)
def prepare(work: Work, call: Call, form: FormData) -> Response:
    """Look through what waits; all that is ticked is taken as parts of one. 303 to the import, or back with what is wrong."""
    ids = [each for each in form.getlist("ids") if isinstance(each, str)]
    try:
        with work.attempt():
            made = service.prepare(work, service.waiting.sources(work, ids))
    except Problem as problem:
        text = N_("Tick what you want to bring in first.") if not ids else problem.detail
        return done(call, IMPORT, words(work).gettext(text), failed=True)
    return see_other(f"{IMPORT}/{made.id}")
