"""What lies in a drive, and what does not."""

from __future__ import annotations

from collections.abc import Sequence

from cozy.kernel.work import Work
from cozy.rooms.files import service as files

from ..model import Opened

BATCH = 1000  # ids at a time


def inside(work: Work, drive: Opened, ids: Sequence[str]) -> dict[str, str]:
    """Those of these files and folders that lie in a drive, with their paths in it: `/Meetings/Checklist.txt`."""
    found = [file for at in range(0, len(ids), BATCH) for file in files.many(work, ids[at : at + BATCH])]
    if drive.is_file:
        return {file.id: f"/{file.name}" for file in found if file.id == drive.root}
    folders = files.paths_around(work, found)
    paths: dict[str, str] = {}
    for file in found:
        own = (
            str(file.body.get("path", ""))
            if file.is_folder
            else f"{folders.get(file.dir_id, '')}/{file.name}"
        )
        if own.startswith(f"{drive.root_path}/"):
            paths[file.id] = own.removeprefix(drive.root_path)
    return paths
