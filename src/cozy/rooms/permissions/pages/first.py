"""The piece of the first page that says who else sees something."""

from __future__ import annotations

from collections.abc import Iterator

from cozy.kernel.home import Home
from cozy.kernel.work import Work
from cozy.rooms.homes.ports import Notice, Part

from .. import service
from ..ports import People


def on_first_page(work: Work, home: Home) -> Iterator[Notice | Part]:
    """How many others may use something that is here."""
    living = [each for each in service.holding(work) if each.rules and not service.has_ended(work, each)]
    people = [each for plugged in work.plugged(People) for each in plugged.everybody(work)]
    yield Part("permissions/first.html", {"count": len(living) + len(people)}, "top")
