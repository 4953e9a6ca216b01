"""What the owner is told of what guests do."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import NoFile
from cozy.rooms.files.events import GuestBrought
from cozy.rooms.notifications import service as notifications
from cozy.rooms.notifications.model import Notice
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NoGrant

KIND = "files_received"


def of_arrival(work: Work, brought: GuestBrought) -> None:
    """Tell that files come in by a link: once an hour, and where they are. Where the file or the link is gone, nothing."""
    try:
        file, link = files.fetch(work, brought.file_id), permissions.fetch(work, brought.link)
        folder = files.fetch(work, file.dir_id)
    except (NoFile, NoGrant):
        return
    values = {"name": file.name, "folder": folder.name, "link": link.title}
    notifications.notify(work, Notice(kind=KIND, values=values, about=link.id, link=f"/my/drive/{folder.id}"))
