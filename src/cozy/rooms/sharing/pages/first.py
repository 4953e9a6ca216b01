"""The piece of the first page that is about sharing: invitations that wait for an answer."""

from __future__ import annotations

from collections.abc import Iterator

from cozy.kernel.home import Home
from cozy.kernel.work import Work
from cozy.rooms.homes.ports import Notice, Part
from cozy.ui import N_

from ..service import keeping
from .door import SHARED_URL, url_of, words
from .things import phrase, thing_of

SHOWN = 3  # invitations that are named; of more, the number is said


def on_first_page(work: Work, home: Home) -> Iterator[Notice | Part]:
    """Who would like to share something."""
    waiting = [each for each in keeping.all_(work) if each.is_waiting]
    said = words(work)
    if len(waiting) > SHOWN:
        text = said.ngettext(
            "%(num)s invitation waits for your answer.",
            "%(num)s invitations wait for your answer.",
            len(waiting),
        )
        yield Notice(text, SHARED_URL, said.gettext(N_("See")), "users-round")
        return
    for each in waiting:
        text = said.gettext(
            N_("%(name)s would like to share %(what)s with you."), name=each.members[0].called,
            what=phrase(said, thing_of(work, each)),
        )  # fmt: skip
        yield Notice(text, url_of(each.id), said.gettext(N_("See")), "users-round")
