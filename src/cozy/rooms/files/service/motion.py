"""The film inside a motion photo, as its document says where it is. An app may have said so: it counts only where it can be."""

from __future__ import annotations

from cozy.kernel.blobs import Content
from cozy.kernel.work import Work

from .. import access
from ..errors import NoFilm
from ..model import File, motion_in
from ..store import contents
from .media import Motion

MIME = "video/mp4"


def film_within(work: Work, file_id: str, sha256: str) -> tuple[File, Content, Motion]:
    """A motion photo, what it holds, and where its film is. sha256: the beginning of its content's hash.

    Raises NoFile, NotAllowed, IsFolder, NoFilm.
    """
    file = access.content_file(work, file_id, "GET")
    content = contents.fetch(work, file.sha256)
    at = motion_in(file.body.get("metadata") or {}, content.size) if content else None
    if content is None or at is None or not sha256 or not file.sha256.startswith(sha256):
        raise NoFilm(id=file_id)
    return file, content, Motion(*at)
