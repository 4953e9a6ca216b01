"""People from elsewhere and for elsewhere: vCard files come in, and go out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response, StreamingResponse

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.ui import N_
from cozy.web.call import Call

from .. import service
from ..model.people import Report
from .door import CONTACTS_URL, page, routes, words

IMPORT = f"{CONTACTS_URL}/import"
LIMIT = 64 * 1024 * 1024  # bytes of one file: some thousand people with photos
AT_ONCE = 100  # cards of one reading
VCARD = "text/vcard; charset=utf-8"


@routes.on("GET", IMPORT, OWNER)
def ask(work: Work, call: Call) -> Response:
    """Which file? 200."""
    return page(work, call, "import.html", error="")


@routes.on("POST", IMPORT, OWNER)
async def bring_in(call: Call, form: FormData) -> Response:
    """Bring people in. 200 what came of it; 422 the question again."""
    files = [each for each in form.getlist("files") if isinstance(each, UploadFile) and each.filename]
    if not files:
        return await call.read(_again, call, N_("Choose at least one file."))
    texts = [await each.read(LIMIT + 1) for each in files]
    if any(len(each) > LIMIT for each in texts):
        return await call.read(_again, call, N_("This file is too large. Save it in several parts."))
    report = await service.moving.bring_in(call.house, call.home, call.caller, texts)
    return await call.read(_reported, call, report)


def _again(work: Work, call: Call, error: str) -> Response:
    return page(work, call, "import.html", 422, error=words(work).gettext(error))


def _reported(work: Work, call: Call, report: Report) -> Response:
    return page(work, call, "imported.html", report=report)


@routes.on("GET", f"{CONTACTS_URL}/export", OWNER)
async def export(call: Call) -> Response:
    """Everybody, or a group, as one vCard file. 200; 404."""
    group_id = call.query("group")
    name, ids = await call.scan(_whom, group_id)
    return StreamingResponse(
        _cards(call, ids, with_groups=not group_id), media_type=VCARD, headers=_saved_as(name)
    )


def _whom(work: Work, group_id: str) -> tuple[str, list[str]]:
    name = service.groups.one(work, group_id).name if group_id else words(work).gettext(N_("Contacts"))
    return name, service.moving.ids_in(work, group_id)


async def _cards(call: Call, ids: Sequence[str], *, with_groups: bool) -> AsyncIterator[str]:
    for start in range(0, len(ids), AT_ONCE):
        yield await call.scan(service.moving.cards_of, ids[start : start + AT_ONCE])
    if with_groups:
        yield await call.scan(service.moving.cards_of_groups)


@routes.on("GET", f"{CONTACTS_URL}/{{contact_id}}/card.vcf", OWNER)
def export_one(work: Work, call: Call, contact_id: str) -> Response:
    """One person as a vCard file. 200; 404."""
    name = service.people.name_of(service.people.fetch(work, contact_id).body)
    return Response(
        service.moving.cards_of(work, [contact_id]), media_type=VCARD, headers=_saved_as(name or "Cozy")
    )


def _saved_as(name: str) -> dict[str, str]:
    """Headers that let browsers save the file under that name."""
    shown = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "-" for c in name)[:100]
    return {"content-disposition": f"attachment; filename*=UTF-8''{quote(shown)}.vcf"}
