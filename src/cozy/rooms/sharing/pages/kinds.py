"""The words of what a home tells its owner of sharings, beside invitations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cozy.rooms.notifications.ports import Kind, Said, Words
from cozy.ui import N_

from ..service.noticing import ACCEPTED, ENDED


def _accepted(words: Words, values: Mapping[str, Any]) -> Said:
    """values: name of who accepted; what, as it is called."""
    title = words.gettext(N_("%(name)s accepted your invitation"), name=values["name"])
    text = N_("“%(what)s” is in their home too from now on, and both are kept up to date.")
    return Said(title, words.gettext(text, what=values["what"]))


_ENDS: Mapping[str, tuple[str, str]] = {
    "left": (
        N_("%(name)s no longer takes part"), N_("They left “%(what)s”, and keep the copy that they have. Yours stays as it is."),
    ),
    "stopped": (
        N_("%(name)s shares something no longer"), N_("“%(what)s” stays in your home and is yours alone from now on. It follows nobody any more."),
    ),
    "taken": (
        N_("%(name)s shares something no longer"), N_("“%(what)s” is no longer there for you."),
    ),
}  # fmt: skip


def _ended(words: Words, values: Mapping[str, Any]) -> Said:
    """values: name of whose it was, or who left; what, as it is called; how: left, stopped, taken."""
    title, text = _ENDS[values["how"]]
    return Said(words.gettext(title, name=values["name"]), words.gettext(text, what=values["what"]))


KINDS = (
    Kind(name=ACCEPTED, label=N_("Somebody accepts what you share"), icon="user-round-check", say=_accepted),
    Kind(name=ENDED, label=N_("Something is no longer shared"), icon="unlink", say=_ended),
)
