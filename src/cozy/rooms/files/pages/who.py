"""Who sees a file, in words: the owner, and whoever holds a grant that covers it or a folder around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Permission
from cozy.ui.leave import Seen, seen
from cozy.web.call import Call

from .. import service
from ..model import FILES, RESERVED, ROOT, File
from .door import question, routes, words


@routes.on("GET", "/my/file/{file_id}/who", OWNER)
def who(work: Work, call: Call, file_id: str) -> Response:
    """Everybody who sees a file or folder, with a way to what was allowed to each. 200; 404."""
    file = service.fetch(work, file_id)
    return question(
        work,
        call,
        "who.html",
        file=file,
        others=others(work, file),
        may_share=not (file.is_trashed or file.id in RESERVED),
    )


def others(work: Work, file: File) -> list[permissions.Onlooker]:
    """Everybody but the owner who sees a file or folder."""
    known = permissions.others(work, "GET", FILES)
    return permissions.onlookers(work, FILES, _seers(known, file, service.ancestors(work, file)))


def looker(work: Work) -> Callable[[File, Sequence[File]], Seen]:
    """What says of a file, and the folders around it, who sees it: grants are looked up once for a whole list."""
    known, said = permissions.others(work, "GET", FILES), words(work)

    def look(file: File, around: Sequence[File]) -> Seen:
        names = [permissions.name_of(each) for each in _seers(known, file, around)] if known else []
        return seen(said, names)

    return look


def _seers(known: Sequence[permissions.Other], file: File, around: Sequence[File]) -> list[Permission]:
    ids = {file.id, *(folder.id for folder in around)}
    bodies = [folder.body for folder in around if folder.id != ROOT]
    return permissions.among(known, "GET", FILES, ids, file.body, bodies)
