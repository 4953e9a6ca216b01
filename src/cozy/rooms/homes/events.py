"""What happened to a home."""

from __future__ import annotations

from cozy.kernel.work import Event


class ProfileChanged(Event, frozen=True):
    """The owner goes by another name or mail address. Tells those that there were before."""

    public_name: str
    email: str


class HomeMoved(Event, frozen=True):
    """This home has another address than before. Both as people type them: https://alice.example.org."""

    before: str
    address: str
