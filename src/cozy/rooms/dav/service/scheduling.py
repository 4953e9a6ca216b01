"""Scheduling (RFC 6638): the inbox and the outbox."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.collections import service as collections

from . import owner
from .addresses import of_shelf
from .dialects import CALDAV
from .owner import Node


def boxes(work: Work) -> list[Node]:
    """Both, as they are told. Raises NotAllowed."""
    return [inbox(work), owner.outbox(work)]


def inbox(work: Work) -> Node:
    """Where invitations would lie: they go into the default calendar at once. Raises NotAllowed."""
    kind = collections.kinds.named(work, CALDAV.kind)
    return owner.inbox(work, of_shelf(CALDAV, kind.default))
