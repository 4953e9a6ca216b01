"""Pictures turned and cut: the file gets a next content, and what it held before stays as a version until the owner erases it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial

from msgspec import Struct

from cozy.kernel.blobs import Content
from cozy.kernel.caller import Caller
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.previews import CannotDraw, Previews
from cozy.kernel.problem import Problem
from cozy.kernel.work import Work

from .. import access
from ..errors import BadCut, BadPicture, NoVersion
from ..model import File, Version
from ..store import versions
from .bytes import content_pieces
from .content import open_content, overwrite
from .media import Facts, facts_of
from .versions import revert, tag_version

ORIGINAL = "original"  # the label of the version that a file held before it was first edited
EDITABLE = frozenset(
    f"image/{kind}" for kind in ("jpeg", "jpg", "pjpeg", "png", "webp", "tiff", "heic", "heif", "avif")
)
_PARTS = 1_000_000  # of a side, as the recipe counts
_PIECE = 1 << 20


class Edit(Struct, frozen=True, kw_only=True):
    """What to do to a picture as it is shown: turn it clockwise, by 0, 90, 180 or 270 degrees, and then cut it.

    left, top, width, height: what stays of the turned picture, in parts of its width and height.
    """

    turn: int = 0
    left: float = 0.0
    top: float = 0.0
    width: float = 1.0
    height: float = 1.0

    @property
    def is_nothing(self) -> bool:
        """Whether everything stays as it is."""
        return self == Edit()


def is_editable(file: File) -> bool:
    """Whether such a file can be turned and cut; one that moves is refused when it is tried."""
    return not file.is_folder and file.mime in EDITABLE and not file.body.get("encrypted")


async def edit(
    house: House, home: Home, caller: Caller, file_id: str, change: Edit, *, rev: str = ""
) -> File:
    """Turn and cut a picture. The original stays as a version, labelled so. Raises NoFile, NotAllowed, IsFolder, Changed,
    BadCut, BadPicture, OverQuota. Publishes PictureStored.
    """
    options = _options(change)
    file, content = await house.read(home, caller, _open, file_id)
    if change.is_nothing:
        return file
    previews: Previews = house.ports[Previews][0]
    read = partial(content_pieces, house, home, content)
    try:
        drawn = await previews.draw(content.sha256, content.size, read, "edited", **options)
    except CannotDraw as error:
        raise BadPicture(id=file.id) from error
    made = await house.blobs.put(home.id, _pieces(drawn))
    try:
        facts = await facts_of(house, home, made, "image")
        return await house.write(home, caller, _replace, file.id, made, facts, rev or file.rev, home.quota)
    except Problem:
        if made.blob is not None:
            await house.blobs.delete(home.id, made.blob)
        raise


def _options(change: Edit) -> dict[str, int | str]:
    """Raises BadCut."""
    parts = (change.left, change.top, change.width, change.height)
    right, bottom = change.left + change.width, change.top + change.height
    is_inside = all(0 <= part <= 1 for part in parts) and max(right, bottom) <= 1.000001
    if change.turn not in {0, 90, 180, 270} or not is_inside or 0 in {change.width, change.height}:
        raise BadCut
    names = ("left", "top", "width", "height")
    return {
        "turn": change.turn,
        **{name: round(part * _PARTS) for name, part in zip(names, parts, strict=True)},
    }


def _open(work: Work, file_id: str) -> tuple[File, Content]:
    file, content = open_content(work, file_id)
    if not is_editable(file):
        raise BadPicture(id=file.id)
    return file, content


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), _PIECE):
        yield data[start : start + _PIECE]


def _replace(
    work: Work, file_id: str, made: Content, facts: Facts | None, rev: str, quota: int | None
) -> File:
    mime = access.content_file(work, file_id, "PUT").mime
    edited = overwrite(work, file_id, made, mime, rev=rev, facts=facts, quota=quota)
    if original(work, file_id) is None and (held := next(iter(versions.of_file(work, file_id)), None)):
        tag_version(work, file_id, _key(held), [*held.body["tags"], ORIGINAL])
    return edited


def original(work: Work, file_id: str) -> Version | None:
    """What a file held before it was first edited; None when it holds that."""
    return next(_originals(work, access.content_file(work, file_id, "GET").id), None)


def _originals(work: Work, file_id: str) -> Iterator[Version]:
    return (version for version in versions.of_file(work, file_id) if ORIGINAL in version.body["tags"])


def back_to_original(work: Work, file_id: str) -> File:
    """Bring the original of an edited picture back; the edited one becomes a version.

    Raises NoFile, NotAllowed, IsFolder, NoVersion.
    """
    found = original(work, file_id)
    if found is None:
        raise NoVersion(id=file_id)
    return revert(work, file_id, _key(found))


def _key(version: Version) -> str:
    return version.id.partition("/")[2]
