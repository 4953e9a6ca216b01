"""The archive of another Cozy, fetched from where it lies; one that moves here is told what became of it (cozy-stack docs/move.md).

Its parts are kept beside the home until everything came in: whoever is killed fetches only what is missing.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode, urlsplit, urlunsplit

import msgspec
import structlog
from msgspec import Struct

from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.outside import BadAddress, RefusedAddress
from cozy.kernel.problem import Elsewhere, OutOfSpace
from cozy.kernel.work import Work
from cozy.rooms.accounts import service as accounts
from cozy.rooms.documents.errors import NoDocument
from cozy.rooms.files import service as files

from ..errors import NoArchive, NoSource, TooLittleRoom
from ..model import Import, Source
from . import changing, finding
from .finding import NewImport

log = structlog.get_logger()
_ACCOUNT = "cozy-archive"  # the type of their accounts
_MOST_PARTS = 10_000
_LARGEST = 1 << 42  # bytes of a part
_LONG_S = 24 * 3600.0  # that a part may take
_TRIES = 3  # of a part, in one go
_ALL = "all"  # a file that says that every part is there
_SETTINGS = "settings"


class Moving(Struct, frozen=True):
    """The Cozy that moves here: its address, and what it wants to see when it is told."""

    url: str
    token: str


class _Manifest(Struct, frozen=True):
    state: str
    parts_cursors: list[str] | None = None
    total_size: int = 0


class _Data(Struct, frozen=True):
    attributes: _Manifest


class _Answer(Struct, frozen=True):
    data: _Data


class _Known(Struct, frozen=True):
    archive: str  # the address of what tells of it
    moving: Moving | None


def address(shown: str) -> str:
    """Where a program asks for the archive whose address a person was shown, `https://ana-settings.example/#/exports/…`. Raises NoArchive."""
    try:
        parts = urlsplit(shown.strip())
        port = f":{parts.port}" if parts.port else ""
    except ValueError as error:
        raise NoArchive(parameter="url") from error
    host = parts.hostname or ""
    name = re.fullmatch(r"/exports/([\w=-]{8,500})", parts.fragment, re.ASCII)
    if parts.scheme not in {"http", "https"} or not host or name is None:
        raise NoArchive(parameter="url")
    first, dot, rest = host.partition(".")
    if first == _SETTINGS and dot:
        host = rest
    else:
        host = f"{first.removesuffix(f'-{_SETTINGS}')}{dot}{rest}"
    return urlunsplit((parts.scheme, f"{host}{port}", f"/move/exports/{name[1]}", "", ""))


async def check(house: House, home: Home, shown: str) -> None:
    """Whether an archive can be fetched there, and has room here. Raises NoArchive, TooLittleRoom."""
    manifest = await _manifest(house, address(shown))
    left = await house.read(home, SYSTEM, files.room_left, home.quota)
    if left is not None and manifest.total_size > left:
        raise TooLittleRoom(needed=manifest.total_size, free=left)


async def _manifest(house: House, url: str) -> _Manifest:
    try:
        reply = await house.outside.fetch("GET", url, headers={"accept": "application/vnd.api+json"})
    except (Elsewhere, BadAddress, RefusedAddress) as error:
        raise NoArchive(parameter="url") from error
    try:
        found = msgspec.json.decode(reply.body, type=_Answer).data.attributes
    except msgspec.MsgspecError as error:
        raise NoArchive(parameter="url") from error
    if reply.status != 200 or found.state != "done" or len(found.parts_cursors or ()) > _MOST_PARTS:
        raise NoArchive(parameter="url")
    return found


def prepare(
    work: Work, shown: str, moving: Moving | None = None, *, by_itself: bool = False, vault: bool = False
) -> NewImport:
    """A new import of the archive that can be fetched there. by_itself: it comes in as soon as it was looked through.
    vault: passwords are kept there.

    Raises NoArchive, NobodyIn, NotAllowed.
    """
    url = address(shown)
    host = str(urlsplit(url).hostname)
    auth = {"url": url.partition("/move/")[0], "secret": url.rpartition("/")[2]}
    if moving is not None:
        auth |= {"home": moving.url, "token": moving.token}
    account = accounts.create(work, {"account_type": _ACCOUNT, "auth": auth})
    return changing.prepare(work, [Source(host, account=account.id)], by_itself=by_itself, vault=vault)


async def parts(house: House, home: Home, source: Source) -> list[Path]:
    """The parts of such a source on this disk; those that are missing are fetched first. Raises NoSource, NoArchive, OutOfSpace."""
    folder = _folder(house, home, source.account)
    if not (folder / _ALL).exists():
        known = await house.read(home, SYSTEM, _known, source.account)
        cursors = ["", *((await _manifest(house, known.archive)).parts_cursors or ())]
        await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
        for number, cursor in enumerate(cursors):
            await _fetch(house, known.archive, cursor, folder / f"{number:05}.zip")
        (folder / _ALL).touch()
    return sorted(folder.glob("*.zip"))


async def moves_from(house: House, home: Home, sources: Sequence[Source]) -> str:
    """The address of the Cozy that moves here with these; "" where nobody does."""
    for source in sources:
        with suppress(NoSource):
            known = await house.read(home, SYSTEM, _known, source.account) if source.account else None
            if known is not None and known.moving is not None:
                return known.moving.url
    return ""


def _folder(house: House, home: Home, account: str) -> Path:
    return _arriving(house, home) / account


def _arriving(house: House, home: Home) -> Path:
    return Path(house.settings.data) / "homes" / home.id / "arriving"


def _known(work: Work, account: str) -> _Known:
    try:
        found = accounts.fetch(work, account)
    except NoDocument as error:
        raise NoSource from error
    if found.body.get("account_type") != _ACCOUNT:
        raise NoSource
    auth = accounts.secrets.opened(work, found.body)["auth"]
    moving = Moving(str(auth["home"]), str(auth["token"])) if auth.get("token") else None
    return _Known(f"{auth.get('url')}/move/exports/{auth.get('secret')}", moving)


async def _fetch(house: House, archive: str, cursor: str, path: Path) -> None:
    if path.exists():
        return
    start, _, name = archive.rpartition("/")
    url = f"{start}/data/{name}{'?' if cursor else ''}{urlencode({'cursor': cursor}) if cursor else ''}"
    for tried in range(1, _TRIES + 1):
        try:
            await _fetch_once(house, url, path)
            return
        except Elsewhere:
            if tried == _TRIES:
                raise


async def _fetch_once(house: House, url: str, path: Path) -> None:
    partial = path.with_suffix(".partial")
    async with house.outside.stream("GET", url, limit=_LARGEST, timeout_s=_LONG_S) as answer:
        if answer.status != 200:
            raise NoArchive
        try:
            with partial.open("wb") as file:
                async for chunk in answer.chunks:
                    await asyncio.to_thread(file.write, chunk)
        except OSError as error:
            await asyncio.to_thread(partial.unlink, missing_ok=True)
            raise OutOfSpace from error
    await asyncio.to_thread(partial.replace, path)


async def tell(house: House, home: Home, found: NewImport) -> None:
    """Tell the Cozy that moves here that all came in, or that it did not, once; with what came in goes what was fetched.

    Raises as `Outside.fetch` does: then it is to be told again.
    """
    for source in found.body.sources:
        if source.account and found.body.state in {"done", "failed"}:
            await _tell(house, home, source.account, is_done=found.body.state == "done")


async def _tell(house: House, home: Home, account: str, *, is_done: bool) -> None:
    try:
        moving = (await house.read(home, SYSTEM, _known, account)).moving
    except NoSource:
        return
    if moving is not None:
        query = f"?{urlencode({'subdomain': house.settings.subdomains})}" if is_done else ""
        await _post(house, moving, f"/move/{'finalize' if is_done else 'abort'}{query}")
    await house.write(home, SYSTEM, _told, account, is_done)
    if is_done:
        await asyncio.to_thread(shutil.rmtree, _folder(house, home, account), ignore_errors=True)


async def _post(house: House, moving: Moving, path: str) -> None:
    there = urlsplit(moving.url if "://" in moving.url else f"https://{moving.url}")
    url = f"{there.scheme}://{there.netloc}{path}"
    reply = await house.outside.fetch("POST", url, headers={"authorization": f"Bearer {moving.token}"})
    if reply.status >= 300:
        log.warning(
            "another Cozy does not want to know how its move went", host=there.hostname, status=reply.status
        )


def _told(work: Work, account: str, is_done: bool) -> None:
    """Nobody is told twice; what did not come in can still be tried again."""
    found = accounts.fetch(work, account)
    if is_done:
        accounts.remove(work, found)
        return
    auth = {
        name: value for name, value in found.body["auth"].items() if not name.startswith(("token", "home"))
    }
    accounts.change(work, found, {**found.body, "auth": auth})


def is_coming(work: Work) -> bool:
    """Whether the archive of another Cozy is on its way into this home."""
    return bool(coming(work))


def coming(work: Work) -> list[NewImport]:
    """The imports that bring one in, the newest first."""
    return [each for each in finding.listed(work) if _is_on_its_way(each.body)]


def _is_on_its_way(body: Import) -> bool:
    return body.state in {"looking", "running"} and any(source.account for source in body.sources)


def _bodies(work: Work) -> Sequence[Import]:
    return [each.body for each in finding.listed(work)]


async def sweep(house: House, home: Home) -> None:
    """Remove what was fetched for imports that are forgotten."""
    kept = {source.account for body in await house.read(home, SYSTEM, _bodies) for source in body.sources}
    folder = _arriving(house, home)
    for each in folder.iterdir() if folder.is_dir() else ():
        if each.name not in kept:
            await asyncio.to_thread(shutil.rmtree, each, ignore_errors=True)
