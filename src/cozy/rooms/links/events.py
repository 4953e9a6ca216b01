"""What the owner asked for, that takes a while."""

from __future__ import annotations

from cozy.kernel.work import Event


class CopyAsked(Event, frozen=True):
    """What a link of another home opens is to be copied into a folder."""

    link: str
    folder_id: str
    name: str
