"""The piece of the first page that is about apps."""

from __future__ import annotations

from collections.abc import Iterator

from cozy.kernel.home import Home
from cozy.kernel.work import Work
from cozy.rooms.homes.ports import Notice, Part
from cozy.ui import N_

from .. import service
from .door import PATHS, card, name_of, words


def on_first_page(work: Work, home: Home) -> Iterator[Notice | Part]:
    """Updates that wait for an answer, and what is installed."""
    said = words(work)
    found = [app for kind in PATHS for app in service.installed(work, kind)]
    for app in found:
        if app.available_version:
            text = said.gettext(
                N_("%(name)s %(version)s asks for more than before."), name=name_of(app, said.locale), version=app.available_version
            )  # fmt: skip
            yield Notice(
                text, f"{PATHS[app.kind]}/{app.slug}/update", said.gettext(N_("See what is new")), "sparkles"
            )
    yield Part("apps/first.html", {"cards": [card(work, app, said.locale) for app in found]}, "wide")
