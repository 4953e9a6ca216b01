"""What is shared as guests see it: pictures and films as tiles, the rest as lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from cozy.kernel.clock import parse
from cozy.rooms.files.service import File, looks
from cozy.rooms.photos.model import Photo, photo_of

from ..service.inside import PAGE, Shelf
from ..service.opening import Opened
from .door import url_of

LARGE = 1600  # pixels of a picture that fills the page
_FLATTEST, _TALLEST, _USUAL = 2.5, 0.5, 1.3  # width by height; usual: where nobody knows


class Tile(Struct, frozen=True):
    """A picture or film. shape: a class of the style sheet; width, height: of its picture on a page of its own."""

    id: str
    name: str
    href: str
    thumb: str
    picture: str
    raw: str
    shape: str
    width: int
    height: int
    is_film: bool
    length: str


class Line(Struct, frozen=True):
    """A folder, or a file that is no picture. count: of things in a folder."""

    id: str
    name: str
    href: str
    kind: str
    thumb: str
    size: int | None
    count: int
    at: datetime
    save: str  # where it is saved from; "" where that is not allowed


class Laid(Struct, frozen=True):
    """A page of a folder or album, laid out."""

    folders: list[Line]
    tiles: list[Tile]
    files: list[Line]

    @property
    def told(self) -> str:
        """What the viewer needs to know of the tiles, as JSON."""
        told = {"url": "", "page": max(PAGE, len(self.tiles)), "stretches": [["", "", len(self.tiles)]]}
        return msgspec.json.encode(told).decode()


def laid(opened: Opened, shelf: Shelf) -> Laid:
    """What guests see of it."""
    folders = [file for file in shelf.items if file.is_folder]
    shown = [file for file in shelf.items if not file.is_folder and _is_picture(file)]
    rest = [file for file in shelf.items if not file.is_folder and not _is_picture(file)]
    return Laid(
        [_line(opened, file, shelf.counts) for file in folders], _tiles(opened, shown),
        [_line(opened, file, shelf.counts) for file in rest],
    )  # fmt: skip


def _is_picture(file: File) -> bool:
    return looks.kind_of(file) in {"image", "video"} and looks.has_picture(file)


def _tiles(opened: Opened, files: Sequence[File]) -> list[Tile]:
    return [_tile(opened, file, photo_of(file)) for file in files]


def _tile(opened: Opened, file: File, photo: Photo) -> Tile:
    width, height = looks.extent_of(file, LARGE) or (0, 0)
    return Tile(
        file.id, file.name, file_url(opened, file), picture_url(opened, file, "512"), picture_url(opened, file, str(LARGE)),
        raw_url(opened, file), _shape(width, height), width, height, photo.is_film, _length(photo.duration_s) if photo.is_film else "",
    )  # fmt: skip


def _line(opened: Opened, file: File, counts: Mapping[str, int]) -> Line:
    href = url_of(opened, "folder", file.id) if file.is_folder else file_url(opened, file)
    save = f"{raw_url(opened, file)}?download" if opened.can_save and not file.is_folder else ""
    return Line(
        file.id, file.name, href, looks.kind_of(file), picture_url(opened, file, "128") if looks.has_picture(file) else "",
        None if file.is_folder else file.size, counts.get(file.id, 0), parse(file.updated_at), save,
    )  # fmt: skip


def file_url(opened: Opened, file: File) -> str:
    """The page of a shared file."""
    return url_of(opened, "file", file.id)


def picture_url(opened: Opened, file: File, size: str) -> str:
    """The address of a picture of it."""
    return url_of(opened, "file", file.id, "picture", f"{size}-{file.sha256[:12]}")


def raw_url(opened: Opened, file: File) -> str:
    """The address of its bytes."""
    return url_of(opened, "file", file.id, "raw", file.sha256[:12])


def _shape(width: int, height: int) -> str:
    """The class for width by height, in tenths: r13."""
    ratio = width / height if width and height else _USUAL
    return f"r{round(10 * min(max(ratio, _TALLEST), _FLATTEST)):02}"


def _length(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}" if seconds > 0 else ""
