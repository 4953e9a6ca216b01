"""The words of what the owner is told about links."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from cozy.rooms.notifications.ports import Kind, Said, Words
from cozy.ui import N_

from ..service import copying, telling


def _received(words: Words, values: Mapping[str, Any]) -> Said:
    """values: name of the first file, folder that it is in, link that it came by, "" for one without a name."""
    title = words.gettext(N_("Files have come into “%(folder)s”"), folder=values["folder"])
    if values.get("link"):
        text = N_("Whoever has the link “%(link)s” added “%(name)s”, and perhaps more.")
    else:
        text = N_("Whoever has its link added “%(name)s”, and perhaps more.")
    return Said(title, words.gettext(text, name=values["name"], link=values.get("link", "")))


def _copied(words: Words, values: Mapping[str, Any]) -> Said:
    """values: name of the folder, host that it is from, is_whole: whether everything came."""
    if values["is_whole"]:
        return Said(
            words.gettext(N_("“%(name)s” is in your home now"), name=values["name"]),
            words.gettext(N_("It was copied from %(host)s."), host=values["host"]),
        )
    text = N_(
        "The link to %(host)s does not work any more, or there is no room left. What came is in the folder."
    )
    title = words.gettext(N_("“%(name)s” could not be copied whole"), name=values["name"])
    return Said(title, words.gettext(text, host=values["host"]))


KINDS = (
    Kind(
        name=telling.KIND, label=N_("Files that came in by a link"), icon="inbox", say=_received,
        at_most_every=timedelta(hours=1),
    ),
    Kind(name=copying.KIND, label=N_("What you copied from another home"), icon="house-plus", say=_copied),
)  # fmt: skip
