"""What a link of another home opens, copied into this one, file by file."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from cozy.kernel.blobs import Content, TooLarge
from cozy.kernel.caller import SYSTEM
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Elsewhere, Problem
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import OverQuota
from cozy.rooms.files.model import SHORTCUT, clean_name
from cozy.rooms.files.service import ROOT, File
from cozy.rooms.notifications import service as notifications
from cozy.rooms.notifications.model import Notice

from ..errors import CannotCopy, NotALink
from ..events import CopyAsked

KIND = "link_copied"
FILES_LIMIT, DEPTH_LIMIT = 20_000, 100
ABOUT_LIMIT = 16 * 1024 * 1024  # bytes
FILE_TIMEOUT_S = 6 * 3600.0
_PATH = re.compile(r"/s/[A-Za-z0-9]{12,64}")


class Offered(Struct, frozen=True):
    """A file that a link offers. path: below what is shared, with slashes; href: a path on its home's origin."""

    path: str
    href: str
    size: int
    mime: str = ""
    updated_at: str = ""


class Offer(Struct, frozen=True):
    """What a link of another home opens."""

    name: str
    owner: str
    can_save: bool
    files: Sequence[Offered] = ()


def clean(link: str) -> str:
    """The address of a link, whatever was copied along with it. Raises NotALink."""
    try:
        parts = urlsplit(link.strip())
    except ValueError as error:
        raise NotALink(parameter="link") from error
    found = _PATH.match(parts.path)
    if parts.scheme not in {"https", "http"} or not parts.netloc or "@" in parts.netloc or found is None:
        raise NotALink(parameter="link")
    return f"{parts.scheme}://{parts.netloc}{found[0]}"


def host_of(link: str) -> str:
    """Which home a link is of."""
    return urlsplit(link).netloc


async def look(house: House, link: str) -> Offer:
    """What a link offers. Raises NotALink, CannotCopy; Elsewhere where that home does not answer."""
    wanted = {"accept": "application/json"}
    reply = await house.outside.fetch("GET", f"{link}/about", headers=wanted, limit=ABOUT_LIMIT, redirects=0)
    if reply.status in {301, 302, 303, 307, 308}:  # it asks for a password, which is for people to type
        raise CannotCopy
    try:
        return msgspec.json.decode(reply.body if reply.status == 200 else b"", type=Offer)
    except (msgspec.DecodeError, RecursionError) as error:
        raise NotALink(parameter="link") from error


def ask(work: Work, link: str, offer: Offer) -> File:
    """Have it copied in the background; the folder that it goes into. Raises CannotCopy. Publishes CopyAsked."""
    if not offer.can_save or not offer.files:
        raise CannotCopy
    name = clean_name(offer.name) if offer.name else host_of(link)
    folder = files.create_folder(work, ROOT, files.free_name(work, ROOT, name, is_folder=True))
    work.publish(CopyAsked(link, folder.id, folder.name))
    return folder


async def keep_shortcut(house: House, home: Home, link: str, name: str, quota: int | None) -> File:
    """A file that leads to a link. Raises BadName, OverQuota."""
    body = files.shortcuts.written(link)

    async def once() -> AsyncIterator[bytes]:
        yield body

    content = await house.blobs.put(home.id, once())
    title = f"{name or host_of(link)}{files.shortcuts.ENDING}"

    def keep(work: Work) -> File:
        return files.create_file(
            work, ROOT, files.free_name(work, ROOT, clean_name(title)), content, SHORTCUT, quota=quota
        )

    return await house.write(home, SYSTEM, keep)


async def copy(house: House, home: Home, asked: CopyAsked) -> None:
    """Fetch every file that is not there yet. What cannot be had for good is told to the owner; the rest is tried again."""
    try:
        offer = await look(house, asked.link)
        _check(offer)
        for each in offer.files[:FILES_LIMIT]:
            await _fetch(house, home, asked, each)
    except Elsewhere:
        raise
    except Problem:
        await house.write(home, SYSTEM, _tell, asked, False)
        return
    await house.write(home, SYSTEM, _tell, asked, True)


def _check(offer: Offer) -> None:
    """Raises NotALink for folders in folders that no home has."""
    folders: set[tuple[str, ...]] = set()
    for each in offer.files[:FILES_LIMIT]:
        parts = tuple(part for part in each.path.split("/") if part)
        if not parts or len(parts) > DEPTH_LIMIT:
            raise NotALink
        folders.update(parts[:number] for number in range(1, len(parts)))
    if len(folders) > FILES_LIMIT:
        raise NotALink


async def _fetch(house: House, home: Home, asked: CopyAsked, each: Offered) -> None:
    parts = urlsplit(asked.link)
    if not each.href.startswith(f"{parts.path}/"):
        raise NotALink
    *folders, name = [clean_name(part) for part in each.path.split("/") if part]
    folder_id = await house.write(home, SYSTEM, _folder, asked.folder_id, folders)
    if await house.read(home, SYSTEM, _is_there, folder_id, name, each.size):
        return
    left = await house.read(home, SYSTEM, files.room_left, home.quota)
    if left is not None and each.size > left:
        raise OverQuota(quota=home.quota)
    url = f"{parts.scheme}://{parts.netloc}{each.href}"
    try:
        async with house.outside.stream(
            "GET", url, limit=each.size, timeout_s=FILE_TIMEOUT_S, redirects=0
        ) as stream:
            if stream.status != 200:
                raise NotALink
            content = await house.blobs.put(home.id, stream.chunks, left)
    except TooLarge as error:
        raise OverQuota(quota=home.quota) from error
    if content.size != each.size:
        raise NotALink  # kept, it would be fetched beside itself at each try
    await house.write(home, SYSTEM, _keep, folder_id, name, content, each, home.quota)


def _folder(work: Work, folder_id: str, names: Sequence[str]) -> str:
    for name in names:
        known = files.child_named(work, folder_id, name)
        folder_id = known.id if known and known.is_folder else files.create_folder(work, folder_id, name).id
    return folder_id


def _is_there(work: Work, folder_id: str, name: str, size: int) -> bool:
    known = files.child_named(work, folder_id, name)
    return known is not None and not known.is_folder and known.size == size


def _keep(work: Work, folder_id: str, name: str, content: Content, each: Offered, quota: int | None) -> None:
    details = files.Details(updated_at=each.updated_at, created_at=each.updated_at)
    free = files.free_name(work, folder_id, name)
    files.create_file(work, folder_id, free, content, each.mime, details, quota=quota)


def _tell(work: Work, asked: CopyAsked, is_whole: bool) -> None:
    values = {"name": asked.name, "host": host_of(asked.link), "is_whole": is_whole}
    notifications.notify(
        work, Notice(kind=KIND, values=values, about=asked.folder_id, link=f"/my/drive/{asked.folder_id}")
    )
