"""Who else sees photos, in words."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.model import FILES, ROOT
from cozy.rooms.permissions import service as permissions
from cozy.ui import leave

from .door import words


def seen(work: Work) -> leave.Seen:
    """Who sees every photo."""
    known = permissions.others(work, "GET", FILES)
    return leave.seen(
        words(work), [permissions.name_of(each.permission) for each in known if each.everything]
    )


def seen_one(work: Work, id_: str) -> leave.Seen:
    """Who sees a photo."""
    file = files.fetch(work, id_)
    around = files.ancestors(work, file)
    ids = {file.id, *(folder.id for folder in around)}
    bodies = [folder.body for folder in around if folder.id != ROOT]
    known = permissions.others(work, "GET", FILES)
    seers = permissions.among(known, "GET", FILES, ids, file.body, bodies)
    return leave.seen(words(work), [permissions.name_of(each) for each in seers])
