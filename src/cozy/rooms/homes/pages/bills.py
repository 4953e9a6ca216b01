"""What the first page says of a bill that is open."""

from __future__ import annotations

from collections.abc import Iterable

from cozy.kernel.home import Home
from cozy.kernel.work import Work
from cozy.ui import N_, formats, words

from .. import service
from ..ports import Notice

PLAN = "/my/settings/plan"


def on_first_page(work: Work, home: Home) -> Iterable[Notice]:
    """That the bill is open, and what follows from it."""
    closes = service.bills.closes_at(work.settings, home.hosted)
    if closes is None:
        return
    said = words(service.profile(work).locale)
    if work.now >= closes:
        text = said.gettext(
            N_(
                "This home takes nothing new until its bill is paid. Everything in it can be read, taken along and moved."
            )
        )
    else:
        text = said.gettext(
            N_(
                "The bill of this home is open. From %(day)s on it takes nothing new; it can be read, taken along and moved."
            ),
            day=formats.day(closes.date(), said.locale),
        )
    yield Notice(text, PLAN, said.gettext(N_("See the bill")), "circle-alert", "warn")
