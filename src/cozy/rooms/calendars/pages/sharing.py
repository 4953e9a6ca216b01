"""A calendar's ways in and out: a public link, an address that it follows, files."""

from __future__ import annotations

from urllib.parse import quote

from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.collections.service import shelves
from cozy.ui import N_
from cozy.web.call import Call
from cozy.web.pages import done

from ..errors import BadCalendarFile
from ..model import KIND
from ..service import files, public, subscriptions
from . import reasons
from .collections import CALENDARS
from .colors import COLORS, DEFAULT
from .door import CALENDAR, failed, question, routes, text, way_back, words
from .reading import writable

ONE = f"{CALENDARS}/{{calendar_id}}"
REASONS = 5  # of what did not come in, told one by one


@routes.on("POST", f"{ONE}/link", OWNER)
def make_link(work: Work, call: Call, calendar_id: str, form: FormData) -> Response:
    """Let whoever has an address read this calendar. 303; 404."""
    public.open_(work, calendar_id)
    return done(
        call,
        f"{CALENDARS}/{calendar_id}",
        words(work).gettext("The link is there. Whoever has it can read this calendar."),
    )


@routes.on("POST", f"{ONE}/link/stop", OWNER)
def stop_link(work: Work, call: Call, calendar_id: str, form: FormData) -> Response:
    """Nobody else reads it any more. 303; 404."""
    shelves.one(work, KIND, calendar_id)
    public.close(work, calendar_id)
    return done(
        call,
        f"{CALENDARS}/{calendar_id}",
        words(work).gettext("The link is dead. Only you see this calendar."),
    )


@routes.on("GET", f"{ONE}/export", OWNER)
async def export(call: Call, calendar_id: str) -> Response:
    """The calendar as a file. 200 text/calendar; 404."""
    name, content = await call.scan(_exported, calendar_id)
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}.ics"}
    return Response(content, 200, headers, "text/calendar; charset=utf-8")


def _exported(work: Work, calendar_id: str) -> tuple[str, str]:
    return shelves.one(work, KIND, calendar_id).name, files.export(work, calendar_id)


@routes.on("GET", f"{CALENDAR}/import", OWNER)
def ask_for_file(work: Work, call: Call) -> Response:
    """Which file, into which calendar? 200."""
    return _ask(work, call, None, 200, "")


@routes.on("POST", f"{CALENDAR}/import", OWNER)
async def import_(call: Call, form: FormData) -> Response:
    """Take a file in. 303; 422 the question again."""
    sent = form.get("file")
    content = await sent.read(files.SIZE_LIMIT + 1) if isinstance(sent, UploadFile) else b""
    await form.close()
    if not content:
        return await call.read(_ask, call, form, 422, N_("Choose a file."))
    try:
        report = await files.bring_in(call.house, call.home, call.caller, text(form, "calendar"), content)
    except BadCalendarFile as problem:
        return await call.read(_ask, call, form, 422, problem.detail)
    return await call.read(_told, call, form, report)


def _ask(work: Work, call: Call, form: FormData | None, status: int, error: str) -> Response:
    into = text(form, "calendar") if form else ""
    said = words(work).gettext(error) if error else ""
    return question(work, call, "import.html", form, status, calendars=writable(work), into=into, error=said)


def _told(work: Work, call: Call, form: FormData, report: files.Report) -> Response:
    """What came in, in one sentence; what did not, on a page of its own."""
    said, back = words(work), way_back(call, form)
    if not report.refused:
        return done(call, back, _sum(work, report))
    lines = [
        said.gettext("Line %(line)s: %(reason)s", line=each.line, reason=reasons.told(each.reason, said))
        for each in report.refused[:REASONS]
    ]
    more = report.refused_in_all - len(lines)
    return question(
        work, call, "imported.html", form, summary=_sum(work, report), lines=lines, more=more, back=back
    )


def _sum(work: Work, report: files.Report) -> str:
    said = words(work)
    parts = [said.ngettext("%(num)s added", "%(num)s added", report.added)]
    if report.updated:
        parts.append(
            said.ngettext("%(num)s brought up to date", "%(num)s brought up to date", report.updated)
        )
    if report.unchanged:
        parts.append(said.ngettext("%(num)s there already", "%(num)s there already", report.unchanged))
    return said.gettext("Imported: %(parts)s.", parts=", ".join(parts))


@routes.on("GET", f"{CALENDAR}/subscribe", OWNER)
def ask_for_address(work: Work, call: Call) -> Response:
    """Which address? 200."""
    return _address(work, call, None, 200, "", "", DEFAULT, "")


@routes.on("POST", f"{CALENDAR}/subscribe", OWNER)
async def subscribe(call: Call, form: FormData) -> Response:
    """Follow a calendar at an address: fetched now, and again by itself. 303; 422 the question again."""
    address, name, color = text(form, "address", 2000), text(form, "name", 100), text(form, "color")
    code = COLORS.get(color, COLORS[DEFAULT])[0]
    try:
        made = await subscriptions.add(call.house, call.home, call.caller, address, name=name, color=code)
    except Problem as problem:
        return await call.read(_address, call, form, 422, address, name, color, problem.detail)
    return await call.read(_followed, call, made.id)


def _followed(work: Work, call: Call, calendar_id: str) -> Response:
    return done(
        call,
        f"{CALENDARS}/{quote(calendar_id, safe='')}",
        words(work).gettext("You follow this calendar now."),
    )


def _address(
    work: Work, call: Call, form: FormData | None, status: int, address: str, name: str, color: str, error: str
) -> Response:  # fmt: skip
    errors = {"address": words(work).gettext(error)} if error else {}
    return question(
        work,
        call,
        "subscribe.html",
        form,
        status,
        address=address,
        name=name,
        color=color,
        colors=COLORS,
        errors=errors,
    )


@routes.on("POST", f"{ONE}/refresh", OWNER)
async def refresh(call: Call, calendar_id: str, form: FormData) -> Response:
    """Look at the address again, now. 303; 404."""
    if await call.read(subscriptions.one, calendar_id) is not None:
        await subscriptions.refresh(call.house, call.home, calendar_id)
    return await call.read(_looked, call, calendar_id)


def _looked(work: Work, call: Call, calendar_id: str) -> Response:
    known = subscriptions.one(work, calendar_id)
    url = f"{CALENDARS}/{quote(calendar_id, safe='')}"
    if known is not None and known.error:
        return failed(work, call, url, Problem(known.error))
    return done(call, url, words(work).gettext("Looked: this calendar is up to date."))


@routes.on("POST", f"{ONE}/often", OWNER)
def set_often(work: Work, call: Call, calendar_id: str, form: FormData) -> Response:
    """Look at the address each hour, or each day. 303; 404."""
    subscriptions.set_every(work, calendar_id, "hour" if form.get("every") == "hour" else "day")
    return done(call, f"{CALENDARS}/{calendar_id}", words(work).gettext("Saved."))
