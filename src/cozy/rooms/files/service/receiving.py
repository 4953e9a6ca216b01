"""Files that come with a form, whole: of a browser without scripts, or of the sharing menu of a phone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Literal

from cozy.kernel.blobs import Content, TooLarge
from cozy.kernel.caller import Caller
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work

from ..errors import OverQuota
from ..model import File
from .content import create_file, overwrite, room_left
from .reading import child_named
from .tree import free_name

Arrival = Literal["both", "replace", "skip"]  # what happens to one whose name is taken


async def receive(
    house: House, home: Home, caller: Caller, folder_id: str, name: str, pieces: AsyncIterator[bytes],
    content_type: str, clash: Arrival = "both",
) -> File | None:  # fmt: skip
    """Store one file in a folder; None when its name is taken and it was to be skipped. name: may be a path, as browsers send.

    Raises OverQuota, BadName, OutOfSpace, NoParent, ParentInTrash, NotAllowed.
    """
    left = await house.read(home, caller, room_left, home.quota)
    try:
        content = await house.blobs.put(home.id, pieces, left)
    except TooLarge as error:
        raise OverQuota(quota=home.quota) from error
    last = name.replace("\\", "/").rpartition("/")[2]
    return await house.write(home, caller, _keep, folder_id, last, content, content_type, clash, home.quota)


def _keep(
    work: Work,
    folder_id: str,
    name: str,
    content: Content,
    content_type: str,
    clash: Arrival,
    quota: int | None,
) -> File | None:
    known = child_named(work, folder_id, name)
    if known is not None and clash == "skip":
        return None
    if known is not None and clash == "replace" and not known.is_folder:
        return overwrite(work, known.id, content, content_type, quota=quota)
    free = free_name(work, folder_id, name)
    return create_file(work, folder_id, free, content, content_type, quota=quota)
