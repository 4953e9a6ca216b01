"""Marking photos as favourites, and no longer."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.web.call import Call
from cozy.web.pages import done

from .. import service
from .door import PHOTOS_URL, ids_in, routes, way_back, words


@routes.on("POST", f"{PHOTOS_URL}/favourites", OWNER)
def mark(work: Work, call: Call, form: FormData) -> Response:
    """Mark what is chosen; when all of it is marked already, no longer. 303 back."""
    chosen = service.rolls.many(work, ids_in(call, form))
    said = words(work)
    if not chosen:
        return done(call, way_back(call, form), said.gettext("Choose something first."))
    wanted = not all(photo.is_favourite for photo in chosen)
    for photo in chosen:
        if photo.is_favourite != wanted:
            files.change(work, photo.id, files.Change(cozy_metadata={"favorite": wanted}))
    text = (
        said.gettext("Added to your favourites.") if wanted else said.gettext("Taken out of your favourites.")
    )
    return done(call, way_back(call, form), text)
