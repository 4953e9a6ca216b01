"""The meter, written down while the program runs: every minute, one write for all homes that were used in it."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from cozy.app.ledger import regularly
from cozy.kernel.house import House
from cozy.rooms.hosting.service import usage

EVERY_S = 60.0


def writing(house: House, every_s: float = EVERY_S) -> AbstractAsyncContextManager[None]:
    """Write while the block runs, and once more at its end."""
    return regularly(lambda: usage.flush(house), every_s)
