"""The warning on the first page that another home is not who it was."""

from __future__ import annotations

from collections.abc import Iterator

from cozy.kernel.home import Home
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.ports import Notice, Part
from cozy.ui import N_, words

from .. import service
from .door import NEIGHBOURS


def on_first_page(work: Work, home: Home) -> Iterator[Notice | Part]:
    """A notice for each home that is refused."""
    for neighbour in service.refused(work):
        say = words(homes.profile(work).locale).gettext
        host = neighbour.address.partition("://")[2]
        said = N_("The home %(address)s is no longer the one you know: nothing is exchanged with it.")
        yield Notice(say(said, address=host), NEIGHBOURS, say(N_("Have a look")), "shield-alert", "warn")
