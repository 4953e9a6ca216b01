"""What happened to other homes."""

from __future__ import annotations

from cozy.kernel.work import Event


class NeighbourMoved(Event, frozen=True):
    """Another home is at a new address, as its key proves. Addresses: https://bob.example.org."""

    before: str
    address: str
