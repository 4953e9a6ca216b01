"""Connecting a device: which one, what it may see, then its password, shown this once, with the steps for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import NoDocument
from cozy.rooms.permissions import service as permissions
from cozy.web.call import Call
from cozy.web.forms import text, texts

from .. import service
from ..errors import NoSystem
from ..model.device_passwords import FILES, NAME_LIMIT, Made, Wanted
from ..model.systems import SYSTEMS, Handed, System
from .door import faulty, routes, shown

URL = "/my/settings/devices/connect"
_NO_SHORTCUTS = {"profile": "", "link": "", "picture": ""}


@routes.on("GET", URL, OWNER)
async def choose(call: Call) -> Response:
    """Which device? `folder`: the id of the one folder that it shall open. 200; 404."""
    folder = call.query("folder")
    systems = [each for each in SYSTEMS.values() if _areas(each, folder)]
    return await shown(
        call, "auth/connect.html", room="settings", systems=systems, is_secure=call.is_secure,
        **await _limited(call, folder),
    )  # fmt: skip


@routes.on("GET", f"{URL}/{{system}}", OWNER)
async def form_page(call: Call, system: str) -> Response:
    """What may it see, until when; `folder`: the id of the one folder that it shall open. 200; 404."""
    return await _asked(call, 200, _found(system), call.query("folder"))


@routes.on("POST", f"{URL}/{{system}}", OWNER)
async def make(call: Call, form: FormData, system: str) -> Response:
    """Make its password, and show it this once, with what to do on the device. 200; 404; 422."""
    found, folder = _found(system), text(form, "folder")
    try:
        until = await call.read(permissions.end_of, text(form, "end"), text(form, "day"))
        wanted = _wanted(form, found, until)
        made = await service.device_passwords.make(call.house, call.home, call.caller, wanted)
    except NoDocument:
        raise
    except Problem as problem:
        typed = {name: text(form, name) for name in ("name", "may", "end", "day")}
        typed |= {"areas": texts(form, "areas"), "errors": faulty(problem)}
        return await _asked(call, 422, found, folder, typed)
    path = await call.read(_path, folder) if folder else "/"
    return await shown(
        call, "auth/device_password.html", room="settings", name=wanted.name.strip(), password=made.password,
        grant=made.id, **await _limited(call, folder), **_reached(call, found, wanted.areas, path), **await _shortcuts(call, found, wanted, made),
    )  # fmt: skip


def _found(key: str) -> System:
    """Raises NoSystem."""
    found = SYSTEMS.get(key)
    if found is None or not found.offered:
        raise NoSystem
    return found


def _areas(system: System, folder: str) -> tuple[str, ...]:
    """What it can be given: files alone, where it is for one folder."""
    return tuple(area for area in system.offered if not folder or area == "files")


def _wanted(form: FormData, system: System, until: str) -> Wanted:
    """Nothing is ticked where there is nothing to choose from."""
    areas = _areas(system, text(form, "folder"))
    chosen = texts(form, "areas") if len(areas) > 1 else areas
    return Wanted(
        name=text(form, "name"), areas=tuple(area for area in areas if area in chosen),
        may_write=text(form, "may") == "change", folder=text(form, "folder"), expires_at=until,
    )  # fmt: skip


def _reached(call: Call, system: System, areas: tuple[str, ...], path: str = "/") -> dict[str, Any]:
    """What to type on the device. user: which may be any name."""
    return {
        "system": system, "areas": areas, "address": service.reaching.addresses(call.home.origin, path),
        "user": call.home.domain, "is_secure": call.is_secure, "origin": call.home.origin, "host": call.home.origin.partition("://")[2],
    }  # fmt: skip


async def _shortcuts(call: Call, system: System, wanted: Wanted, made: Made) -> Mapping[str, Any]:
    """What saves typing. profile: where one can be fetched; link: what a program on the device opens; picture: of either."""
    if not any(area in wanted.areas for area in service.apple_profiles.AREAS):
        return _NO_SHORTCUTS
    if system.has_profiles:
        handed = Handed(made.id, made.password, wanted.name.strip(), wanted.areas)
        path = service.apple_profiles.path(await call.write(service.apple_profiles.offer, handed))
        return {
            **_NO_SHORTCUTS,
            "profile": path,
            "picture": service.reaching.picture(f"{call.home.origin}{path}"),
        }
    if system.key == "android":
        link = service.reaching.davx5(call.home.origin, call.home.domain, made.password)
        return {**_NO_SHORTCUTS, "link": link, "picture": service.reaching.picture(link)}
    return _NO_SHORTCUTS


async def _asked(
    call: Call, status: int, system: System, folder: str, typed: Mapping[str, Any] | None = None
) -> Response:
    areas = _areas(system, folder)
    known = {"name": None, "chosen": areas, "may": "change", "end": "", "day": "", "errors": {}}
    if typed is not None:
        known |= {**typed, "chosen": typed["areas"]}
    return await shown(
        call, "auth/device_password_new.html", status, room="settings", name_limit=NAME_LIMIT,
        **{**known, **_NO_SHORTCUTS, **_reached(call, system, areas), **await _limited(call, folder)},
    )  # fmt: skip


async def _limited(call: Call, folder: str) -> dict[str, Any]:
    """The one folder that shall be opened, and its name. Raises NoDocument."""
    return {"folder": folder, "only": await call.read(_name, folder) if folder else ""}


def _name(work: Work, folder: str) -> str:
    return str(documents.fetch(work, FILES, folder).body["name"])


def _path(work: Work, folder: str) -> str:
    return str(documents.fetch(work, FILES, folder).body.get("path", "/"))
