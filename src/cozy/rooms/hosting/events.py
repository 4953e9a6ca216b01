"""What a host says."""

from __future__ import annotations

from cozy.kernel.work import Event


class HostSpoke(Event, frozen=True):
    """The host says something to this home, or to every one."""

    message_id: str
    title: str
    body: str
