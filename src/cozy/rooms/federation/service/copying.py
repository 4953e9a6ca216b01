"""A copy of what lies at another server, in the owner's own files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cozy.kernel.blobs import Content, TooLarge
from cozy.kernel.caller import SYSTEM
from cozy.kernel.clock import dated, iso
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Elsewhere, Problem
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import OverQuota
from cozy.rooms.files.model import clean_name
from cozy.rooms.files.service import ROOT, File

from ..errors import Closed, NoShare, OtherThanTold
from ..events import KeepAsked
from ..model import Item, There
from . import keeping, noticing
from .reaching import fetching, look, there

FILES_LIMIT = 20_000
DEPTH_LIMIT = 50
PAGE = 1000  # files of a folder at a time
FROM = "copiedFrom"  # a member of cozyMetadata: where a copy lay in its share, by which the next try knows it


def ask(work: Work, share_id: str, item: Item) -> File:
    """Have it copied in the background; the folder that it goes into. Publishes KeepAsked."""
    share = keeping.fetch(work, share_id)
    title = item.name or share.name
    wanted = clean_name(title if item.is_folder else title.rpartition(".")[0] or title)
    folder = files.create_folder(work, ROOT, files.free_name(work, ROOT, wanted, is_folder=True))
    work.publish(KeepAsked(share.id, item.path, folder.id, title))
    return folder


async def copy(house: House, home: Home, asked: KeepAsked) -> None:
    """Fetch every file that is not there yet. What cannot be had for good is told to the owner; else it is tried again."""
    try:
        place = await house.read(home, SYSTEM, there, asked.share)
        is_whole = await _folder_or_file(house, home, place, asked)
    except Elsewhere:
        raise
    except Problem:
        is_whole = False
    await house.write(home, SYSTEM, _tell, asked, is_whole)


async def _folder_or_file(house: House, home: Home, place: There, asked: KeepAsked) -> bool:
    """Whether everything is there now."""
    item, inside = await look(house, place, asked.path)
    if not item.is_folder:
        had = await house.read(home, SYSTEM, _had, asked.folder)
        return await _fetched(house, home, place, asked.folder, item, asked.name, had)
    is_whole = True
    waiting: list[tuple[str, Sequence[Item], int]] = [(asked.folder, inside, 0)]
    number = 0
    while waiting:
        folder_id, found, depth = waiting.pop()
        had = await house.read(home, SYSTEM, _had, folder_id)
        for each in found:
            number += 1
            if number > FILES_LIMIT or depth > DEPTH_LIMIT:
                raise NoShare
            if each.is_folder:
                made = await house.write(home, SYSTEM, _folder, folder_id, each.name)
                waiting.append((made, (await look(house, place, each.path))[1], depth + 1))
            else:
                is_whole &= await _fetched(house, home, place, folder_id, each, each.name, had)
    return is_whole


def _had(work: Work, folder_id: str) -> dict[str, File]:
    """What a try before this one brought into a folder, by where it lay there."""
    found: dict[str, File] = {}
    skip = 0
    while page := files.children(work, folder_id, skip=skip, limit=PAGE):
        found |= {
            str(each.body["cozyMetadata"].get(FROM)): each for each in page if "cozyMetadata" in each.body
        }
        skip += len(page)
    return found


async def _fetched(
    house: House, home: Home, place: There, folder_id: str, item: Item, name: str, had: Mapping[str, File]
) -> bool:
    """Whether a file is there now. One that is not as it was told keeps no other from coming."""
    known = had.get(item.path)
    if known is not None and item.size in {None, known.size}:
        return True
    try:
        await _fetch(house, home, place, folder_id, item, name, known)
    except (Elsewhere, OverQuota, Closed, NoShare):
        raise
    except Problem:
        return False
    return True


async def _fetch(
    house: House, home: Home, place: There, folder_id: str, item: Item, name: str, known: File | None
) -> None:
    left = await house.read(home, SYSTEM, files.room_left, home.quota)
    if left is not None and (item.size or 0) > left:
        raise OverQuota(quota=home.quota)
    try:
        async with fetching(house, place, item.path, {}) as stream:
            content = await house.blobs.put(home.id, stream.chunks, left if item.size is None else item.size)
    except TooLarge as error:
        raise OverQuota(quota=home.quota) if item.size is None else OtherThanTold(path=item.path) from error
    await house.write(home, SYSTEM, _keep, folder_id, name, content, item, known, home.quota)


def _folder(work: Work, folder_id: str, name: str) -> str:
    wanted = clean_name(name)
    known = files.child_named(work, folder_id, wanted)
    return known.id if known and known.is_folder else files.create_folder(work, folder_id, wanted).id


def _keep(
    work: Work, folder_id: str, name: str, content: Content, item: Item, known: File | None, quota: int | None
) -> None:
    moment = dated(item.at)
    at = iso(moment) if moment else ""
    details = files.Details(
        updated_at=at, created_at=at, dates_are_final=bool(at), cozy_metadata={FROM: item.path}
    )
    if known is not None:
        files.overwrite(work, known.id, content, item.mime, details, quota=quota)
        return
    free = files.free_name(work, folder_id, clean_name(name))
    files.create_file(work, folder_id, free, content, item.mime, details, quota=quota)


def _tell(work: Work, asked: KeepAsked, is_whole: bool) -> None:
    try:
        share = keeping.fetch(work, asked.share)
    except NoShare:
        return
    noticing.kept(work, share, asked.folder, is_whole=is_whole)
