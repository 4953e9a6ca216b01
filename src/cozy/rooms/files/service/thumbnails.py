"""Small pictures of files, behind links that need no session for ten minutes.

A link's secret says when it ends, and proves by the home's own key that it was made here for this file with this
content: nothing is stored for it, however many files are listed.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Literal

from msgspec import Struct

from cozy.kernel.blobs import Content, Missing
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.previews import CannotDraw
from cozy.kernel.running import office_program
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions

from ..errors import BadSecret, NoThumbnail
from ..model import OFFICE, PDF, RAW, SVG, File
from ..store import contents, tree
from . import tickets
from .opening import drawn_of, opening, pages_made

LIFETIME_MIN = 10
Form = Literal["jpeg", "webp", "avif"]
# Best first: AVIF is a sixth smaller, and takes five times as long.
_FORMS: tuple[Form, ...] = ("webp", "avif")


class Look(Struct, frozen=True):
    """How large a thumbnail is, in pixels: at most, or exactly when it is cut."""

    width: int
    height: int
    is_cut: bool = False


LOOKS: Mapping[str, Look] = {
    "tiny": Look(96, 96, is_cut=True), "small": Look(640, 480), "medium": Look(1280, 720), "large": Look(1920, 1080),
}  # fmt: skip


# Sizes of our own pages: at most so many pixels on a side.
SIDES: Mapping[str, Look] = {"128": Look(128, 128), "512": Look(512, 512), "1600": Look(1600, 1600)}


def source_of(kind: str, mime: str) -> str:
    """What a file of this class and media type is to the recipes: image, svg, raw, pdf, film, office; "" for none of them."""
    if mime in {SVG, PDF}:
        return {SVG: "svg", PDF: "pdf"}[mime]
    if mime in RAW or mime in OFFICE:
        return "raw" if mime in RAW else "office"
    return {"image": "image", "video": "film"}.get(kind, "")


def is_drawable(kind: str, mime: str, *, encrypted: bool) -> bool:
    """Whether files of this class and media type have thumbnails: documents of offices, where LibreOffice is."""
    source = source_of(kind, mime)
    return bool(source) and not encrypted and (source != "office" or bool(office_program()))


def form_for(taken: Sequence[str]) -> Form:
    """The form in which a thumbnail is best sent to who takes these media types by name."""
    return next((form for form in _FORMS if f"image/{form}" in taken), "jpeg")


def sealing(work: Work) -> Callable[[str, str], str]:
    """What makes the secret of a link out of a file's id and its content's hash. They end with a minute, after ten.

    What the guest of a link is given ends with that link as well, or when its password changes: it names the link.
    """
    expires = (int(work.now.timestamp()) // 60 + LIFETIME_MIN + 1) * 60
    key = cache(lambda: homes.secret(work, "tokens"))
    by, mark = tickets.maker(work).values() if work.caller.kind == "share" else ("", "")
    ending = f"-{by}" if by else ""
    return lambda file_id, sha256: (
        f"{expires:08x}{_seal(key(), file_id, sha256, expires, f'{by}{mark}')}{ending}"
    )


def _seal(key: bytes, file_id: str, sha256: str, expires: int, given_by: str) -> str:
    said = f"files.thumbnail {file_id} {sha256} {expires} {given_by}".rstrip().encode()
    return hmac.digest(key, said, "sha256")[:16].hex()


def behind(work: Work, file_id: str, secret: str) -> tuple[File, Content]:
    """The file that a link shows, and what it holds. Raises BadSecret, NoThumbnail."""
    file = tree.by_id(work, file_id)
    if file is None or file.is_folder or not _is_valid(work, file, secret):
        raise BadSecret
    return file, in_file(work, file)


def in_file(work: Work, file: File) -> Content:
    """What a thumbnail is drawn of, of a file that the caller was given. Raises NoThumbnail."""
    if file.is_folder:
        raise NoThumbnail(id=file.id)
    kind, encrypted = str(file.body["class"]), bool(file.body.get("encrypted"))
    content = contents.fetch(work, file.sha256)
    if content is None or not content.size or not is_drawable(kind, file.mime, encrypted=encrypted):
        raise NoThumbnail(id=file.id)
    return content


def _is_valid(work: Work, file: File, secret: str) -> bool:
    try:
        expires = int(secret[:8], 16)
    except ValueError:
        return False
    own, _, by = secret.partition("-")
    mark = permissions.passwords.mark(work, by) if by else ""
    wanted = (
        f"{expires:08x}{_seal(homes.secret(work, 'tokens'), file.id, file.sha256, expires, f'{by}{mark}')}"
    )
    is_ours = hmac.compare_digest(wanted.encode(), own.encode()) and expires > work.now.timestamp()
    return is_ours and tickets.still_holds(work, by, mark)


async def thumbnail(
    house: House, home: Home, file: File, content: Content, look: str, form: Form = "jpeg"
) -> bytes:
    """One of LOOKS, or of SIDES, of what a file holds. Raises CannotDraw."""
    return await drawn(house, home, content, source_of(str(file.body["class"]), file.mime), look, form)


async def drawn(house: House, home: Home, content: Content, source: str, look: str, form: Form) -> bytes:
    """The same of a content that is a source of this kind: drawn once, and kept. Raises CannotDraw."""
    if not source:
        raise CannotDraw("There is no picture of such files.")
    name = name_of(source, look, form)
    try:
        if source == "office" and not await house.drawings.has(home.id, content.sha256, name):
            await pages_made(house, home, content)  # before others are kept waiting
        draw = partial(_draw, house, home, content, source, {**LOOKS, **SIDES}[look], form)
        return await house.drawings.drawn(home.id, content.sha256, name, draw)
    except Missing as error:
        raise CannotDraw("The content is missing.") from error


async def _draw(house: House, home: Home, content: Content, source: str, size: Look, form: Form) -> bytes:
    opened = await opening(house, home, content, source)
    return await drawn_of(
        house, opened, "picture", width=size.width, height=size.height, crop=int(size.is_cut), form=form
    )


def name_of(source: str, look: str, form: Form) -> str:
    """Under which name such a picture is kept: what cannot be drawn as a picture may still be drawn as something else."""
    return f"{source}-{look}-{form}"
