"""How many programs the owner let in, and how many the host allows (the flag `cozy.oauthclients.max`)."""

from __future__ import annotations

from msgspec import Struct

from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes

from ..model.clients import Client
from . import clients

FLAG = "cozy.oauthclients.max"


class Usage(Struct, frozen=True):
    """limit: None for no limit."""

    count: int
    limit: int | None = None

    @property
    def is_reached(self) -> bool:
        """Whether no other program may come in."""
        return self.limit is not None and self.count >= self.limit

    @property
    def is_exceeded(self) -> bool:
        """Whether there are more than allowed."""
        return self.limit is not None and self.count > self.limit


def usage(work: Work) -> Usage:
    """The programs that are in, and the limit of this home."""
    limit = homes.flags(work).values.get(FLAG)
    is_limit = isinstance(limit, int | float) and not isinstance(limit, bool) and limit >= 0
    return Usage(len(clients.connected(work)), int(limit) if is_limit else None)


def is_in_the_way(work: Work, client: Client) -> bool:
    """Whether the limit keeps a program out: one that is in already may ask again, and one that may do everything."""
    return client.pending and not client.flagship and usage(work).is_reached
