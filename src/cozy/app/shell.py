"""The shell around every page: who is in, which rooms there are, what was just done."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import HTMLResponse, Response

from cozy import ui
from cozy.app import branding
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.homes import service as homes
from cozy.rooms.notifications import service as notifications
from cozy.rooms.sharing import service as sharing
from cozy.ui import N_
from cozy.web import csrf
from cozy.web.call import Call
from cozy.web.cookies import read_cookie
from cozy.web.headers import PAGE_HEADERS
from cozy.web.pages import flashed

ROOMS = (
    ui.Room("home", N_("Home"), "/my", "house"),
    ui.Room("files", N_("Files"), "/my/drive", "folder"),
    ui.Room("photos", N_("Photos"), "/my/photos", "image"),
    ui.Room("contacts", N_("Contacts"), "/my/contacts", "users-round", more=True),
    ui.Room("calendars", N_("Calendar"), "/my/calendar", "calendar", more=True),
    ui.Room("tasks", N_("Tasks"), "/my/tasks", "list-todo", more=True),
    ui.Room("bin", N_("Bin"), "/my/drive/trash", "trash-2", more=True),
    ui.Room("shared", N_("Shared"), "/my/shared", "waypoints", aside=True),
    ui.Room("access", N_("Who can see what"), "/my/access", "eye", aside=True, more=True),
    ui.Room("apps", N_("Apps"), "/my/apps", "layout-grid", N_("My apps"), aside=True, more=True),
    ui.Room("settings", N_("Settings"), "/my/settings", "settings", aside=True, more=True),
)
ACCOUNT = (ui.Link(N_("Settings"), "/my/settings", "settings"),)


def render(work: Work, call: Call, template: str, status: int, context: dict[str, Any]) -> Response:
    """A page: its template, inside the shell. The template's context may name the `room` that it belongs to."""
    shell = shell_for_owner(work, call, context) if call.caller.kind == "owner" else shell_for_nobody(call)
    return dressed(ui.render(template, shell=shell, **context), status)


def dressed(html: str, status: int) -> Response:
    """HTML with the headers of our pages; X-Assets tells open pages that new scripts are there."""
    return HTMLResponse(html, status, {**PAGE_HEADERS, "x-assets": ui.assets.version()})


def shell_for_nobody(call: Call) -> ui.Shell:
    """The shell before anybody is in."""
    return ui.Shell(
        locale=locale_of(call),
        now=call.house.clock(),
        csrf=csrf.token(call),
        flashes=_flashes(call),
        brand=branding.of(call),
    )


def shell_for_owner(work: Work, call: Call, context: dict[str, Any]) -> ui.Shell:
    """The shell around the owner's pages."""
    profile, brand = homes.profile(work), branding.of(call)
    inbox = context.get("inbox", files.ROOT)
    return ui.Shell(
        locale=profile.locale,
        now=work.now.astimezone(ZoneInfo(profile.tz)),
        theme=profile.theme,
        shortcuts=profile.shortcuts,
        home=ui.Home(profile.public_name, call.home.domain),
        rooms=ROOMS,
        room=context.get("room", ""),
        account=(*ACCOUNT, ui.Link(N_("Get help"), brand.help, "info")) if brand.help else ACCOUNT,
        brand=brand,
        hosted_by=homes.context(work).brand.name,
        adds=_adds(inbox, context.get("room", "")),
        csrf=csrf.token(call),
        storage=ui.Storage(files.usage(work), call.home.quota),
        has_plan=bool(work.hosted.plan or work.settings.hoster_name or homes.context(work).app_split),
        flashes=_flashes(call),
        uploads="/files/tus",
        inbox=inbox,
        search="/my/search",
        query=context.get("query", ""),
        notifications="/my/notifications",
        unread=notifications.unread(work),
        waiting={"shared": sharing.people.waiting(work)},
        log_out="/auth/logout",
    )


def _adds(inbox: str, room: str) -> tuple[ui.Add, ...]:
    """What can be added: files, to the folder on the page or else to the top of all; what the room is about comes first."""
    here = f"/my/drive/{inbox}"
    files = (
        ui.Add(N_("Upload files"), f"{here}/upload", "upload", "files"),
        ui.Add(N_("Upload a folder"), f"{here}/upload", "folder-up", "folder"),
        ui.Add(N_("Take a photo"), f"{here}/upload", "camera", "camera"),
        ui.Add(N_("New folder"), f"{here}/new-folder", "folder-plus", dialog=True),
    )
    people = (ui.Add(N_("New contact"), "/my/contacts/new", "user-plus"),)
    elsewhere = (ui.Add(N_("From another service"), "/my/import", "folder-input"),)
    dates = (ui.Add(N_("New event"), "/my/calendar/new", "calendar-plus", dialog=True),)
    if room == "photos":
        return (ui.Add(N_("Add photos"), f"{here}/upload", "image-up", "photos"), *files[2:], *files[:2])
    if room in {"calendars", "tasks"}:
        return (*dates, *files, *people, *elsewhere)
    return (
        (*people, *files, *dates, *elsewhere) if room == "contacts" else (*files, *people, *dates, *elsewhere)
    )


def locale_of(call: Call) -> str:
    """The language of somebody who is not in: what they chose, else what their browser asks for."""
    chosen = read_cookie(call, "locale")
    return chosen if chosen in ui.LOCALES else ui.negotiate(call.header("accept-language"))


def _flashes(call: Call) -> tuple[ui.Flash, ...]:
    """What the next page says; a part of one, brought up to date in this window or another, leaves it to that page."""
    is_part = not call.header("hx-target", "body").startswith("body")  # which htmx tells
    message = None if is_part else flashed(call)
    return (ui.Flash(message.text, message.kind == "failed", message.undo_url),) if message else ()
