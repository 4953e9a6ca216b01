"""The photo of a person: shown, chosen, removed."""

from __future__ import annotations

from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.ui import N_
from cozy.web.call import Call
from cozy.web.pages import done

from .. import service
from .door import CONTACTS_URL, question, routes, url_of, words
from .rows import row

PICTURE = f"{CONTACTS_URL}/{{contact_id}}/picture"
KEPT = "private, max-age=31536000, immutable"  # its address changes with it
POLICY = "default-src 'none'; sandbox"


@routes.on("GET", f"{CONTACTS_URL}/{{contact_id}}/photo/{{digest}}", OWNER)
async def photo(call: Call, contact_id: str, digest: str) -> Response:
    """The photo, drawn anew. digest: of its content, so that browsers keep it. 200; 404."""
    picture = await service.photos.shown(call.house, call.home, call.caller, contact_id)
    return Response(
        picture, media_type="image/webp", headers={"cache-control": KEPT, "content-security-policy": POLICY}
    )


@routes.on("GET", PICTURE, OWNER)
def ask(work: Work, call: Call, contact_id: str) -> Response:
    """Which photo? 200; 404."""
    return question(work, call, "picture.html", person=row(service.people.fetch(work, contact_id)), error="")


@routes.on("POST", PICTURE, OWNER)
async def choose(call: Call, contact_id: str, form: FormData) -> Response:
    """Make this the photo. 303 to the person; 404; 422 the question again."""
    sent = form.get("picture")
    data = await sent.read(service.photos.LIMIT + 1) if isinstance(sent, UploadFile) else b""
    try:
        await service.photos.choose(call.house, call.home, call.caller, contact_id, data)
    except Problem as problem:
        return await call.read(_again, call, contact_id, problem.detail, form)
    return await call.read(_saved, call, contact_id)


def _again(work: Work, call: Call, contact_id: str, error: str, form: FormData) -> Response:
    person = row(service.people.fetch(work, contact_id))
    return question(work, call, "picture.html", form, 422, person=person, error=words(work).gettext(error))


def _saved(work: Work, call: Call, contact_id: str) -> Response:
    return done(call, url_of(contact_id), words(work).gettext(N_("Photo saved.")))


@routes.on("POST", f"{PICTURE}/none", OWNER)
def remove(work: Work, call: Call, contact_id: str, form: FormData) -> Response:
    """Show the initials again. 303 to the person; 404."""
    service.photos.remove(work, contact_id)
    return done(call, url_of(contact_id), words(work).gettext(N_("Photo removed.")))
