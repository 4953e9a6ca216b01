"""What the owner does with an import: begin, pause, go on, let go of the originals, take it off the list."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.ui import N_
from cozy.web.call import Call
from cozy.web.pages import done

from .. import service
from ..errors import NoImport
from .door import IMPORT, routes, words
from .one import ONE


@routes.on("POST", f"{ONE}/begin", OWNER)
def begin(work: Work, call: Call, import_id: str, form: FormData) -> Response:
    """Take it in. 303; 404."""
    return _done(work, call, import_id, service.begin, N_("It comes in now. You can close this page."))


@routes.on("POST", f"{ONE}/pause", OWNER)
def pause(work: Work, call: Call, import_id: str, form: FormData) -> Response:
    """Stop for now. 303; 404."""
    return _done(work, call, import_id, service.pause, N_("Paused. What came in stays."))


@routes.on("POST", f"{ONE}/go-on", OWNER)
def go_on(work: Work, call: Call, import_id: str, form: FormData) -> Response:
    """Go on, or try once more. 303; 404."""
    return _done(work, call, import_id, service.go_on, N_("It goes on."))


@routes.on("POST", f"{ONE}/discard", OWNER)
def discard(work: Work, call: Call, import_id: str, form: FormData) -> Response:
    """Put the originals into the bin. 303; 404."""
    return _done(work, call, import_id, service.discard, N_("The originals are in the bin."))


@routes.on("POST", f"{ONE}/forget", OWNER)
def forget(work: Work, call: Call, import_id: str, form: FormData) -> Response:
    """Take it off the list. 303; 404."""
    return _done(work, call, import_id, service.forget, N_("Taken off the list. What came in stays."), IMPORT)


def _done(
    work: Work, call: Call, import_id: str, act: Callable[[Work, str], object], text: str, url: str = ""
) -> Response:
    try:
        with work.attempt():
            act(work, import_id)
    except NoImport:
        raise
    except Problem as problem:
        return done(call, f"{IMPORT}/{import_id}", words(work).gettext(problem.detail), failed=True)
    return done(call, url or f"{IMPORT}/{import_id}", words(work).gettext(text))
