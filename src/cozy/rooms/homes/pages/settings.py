"""The settings that are about the person: profile and display."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from cozy.kernel.clock import time_zones
from cozy.kernel.routes import OPEN, OWNER
from cozy.kernel.work import Work
from cozy.ui import N_, words
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.pages import flash, page

from .. import service
from ..errors import BadAvatar, BadProfile
from .door import routes

AREAS = tuple(
    f"{area}/"
    for area in [
        "Africa",
        "America",
        "Antarctica",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    ]
)
PROFILE, DISPLAY, PORTRAIT = "/my/settings", "/my/settings/display", "/my/settings/portrait"


@routes.on("GET", PROFILE, OWNER)
def profile_page(work: Work, call: Call) -> Response:
    """Name, language, time zone; the mail address has a page of its own. 200."""
    return _profile(work, call, 200, _values(work), {})


@routes.on("POST", PROFILE, OWNER)
def change_profile(work: Work, call: Call, form: FormData) -> Response:
    """Change them. 303; 422."""
    given = {name: str(form.get(name, "")) for name in ("public_name", "locale", "tz")}
    return _changed(work, call, given, _profile, PROFILE)


@routes.on("POST", PORTRAIT, OWNER)
async def choose_portrait(call: Call, form: FormData) -> Response:
    """Show a picture beside the name. 303; 422."""
    sent = form.get("picture")
    data = await sent.read(service.avatar.LIMIT + 1) if isinstance(sent, UploadFile) else b""
    try:
        if len(data) > service.avatar.LIMIT:
            raise BadAvatar
        picture = await service.avatar.drawn(call.house, call.home, data)
    except BadAvatar as problem:
        errors = {"picture": problem.detail}
        return await call.read(lambda work: _profile(work, call, 422, _values(work), errors))
    await call.write(service.avatar.keep, picture)
    return await call.read(_saved, call)


@routes.on("POST", f"{PORTRAIT}/none", OWNER)
def remove_portrait(work: Work, call: Call, form: FormData) -> Response:
    """Show the initials again. 303."""
    service.avatar.remove(work)
    return _saved(work, call)


def _saved(work: Work, call: Call) -> Response:
    flash(call, words(service.profile(work).locale).gettext(N_("Saved.")))
    return see_other(PROFILE)


@routes.on("GET", DISPLAY, OWNER)
def display_page(work: Work, call: Call) -> Response:
    """Theme and keyboard shortcuts. 200."""
    return _display(work, call, 200, _values(work), {})


@routes.on("POST", DISPLAY, OWNER)
def change_display(work: Work, call: Call, form: FormData) -> Response:
    """Change them. 303; 422."""
    given = {"theme": str(form.get("theme", "")), "shortcuts": bool(form.get("shortcuts"))}
    return _changed(work, call, given, _display, DISPLAY)


@routes.on("GET", "/my/terms", OWNER)
def terms_page(work: Work, call: Call) -> Response:
    """The terms of service of the host, to accept. 200; 303 when there are none to accept."""
    if service.terms.unsigned(work) is None:
        return see_other("/my")
    return page(work, call, "homes/terms.html", terms=service.context(work).terms)


@routes.on("POST", "/my/terms", OWNER)
async def sign_terms(call: Call, form: FormData) -> Response:
    """Accept them, in the version that was shown. 303."""
    await call.relist(service.terms.sign, call.home.domain, str(form.get("version", "")))
    return see_other("/my")


@routes.on("GET", "/settings/onboarded", OPEN)
@routes.on("GET", "/settings/install_flagship_app", OPEN)
def onboarded(work: Work, call: Call) -> Response:
    """Go where a first visit begins, once in. 303."""
    return see_other(service.contexts.onboarded(work) if call.caller.kind == "owner" else "/auth/login")


@routes.on("GET", "/settings/premium", OWNER)
def premium(work: Work) -> Response:
    """Go where the owner manages what they have with the host. 303; 404 when the host has no such place."""
    return see_other(service.contexts.premium(work))


def _changed(work: Work, call: Call, given: dict[str, Any], show: Any, url: str) -> Response:
    values = {**_values(work), **given}
    try:
        changed = service.change_profile(work, service.profile_of(values))
    except BadProfile as problem:
        return show(work, call, 422, values, {problem.facts["parameter"]: problem.detail})
    flash(call, words(changed.locale).gettext(N_("Saved.")))
    return see_other(url)


def _values(work: Work) -> dict[str, Any]:
    return msgspec.structs.asdict(service.profile(work))


def _profile(work: Work, call: Call, status: int, values: dict[str, Any], errors: dict[str, str]) -> Response:
    names = sorted(zone for zone in time_zones() if zone.startswith(AREAS) or zone == "UTC")
    zones = [(name, name.replace("_", " ")) for name in dict.fromkeys([*names, values["tz"]])]
    return page(
        work,
        call,
        "homes/profile.html",
        status,
        room="settings",
        values=values,
        errors=errors,
        zones=zones,
        has_portrait=service.avatar.picture(work) is not None,
    )


def _display(work: Work, call: Call, status: int, values: dict[str, Any], errors: dict[str, str]) -> Response:
    return page(work, call, "homes/display.html", status, room="settings", values=values, errors=errors)
