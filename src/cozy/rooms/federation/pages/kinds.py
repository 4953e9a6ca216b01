"""The words of what a home tells its owner of shares with other servers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cozy.rooms.notifications.ports import Kind, Said, Words
from cozy.ui import N_

from ..service.noticing import KIND

_SAID: Mapping[str, tuple[str, str]] = {
    "accepted": (N_("%(name)s took what you share"), N_("“%(what)s” opens at their server from now on, and stays in your home.")),
    "known": (N_("%(name)s took your invitation"), N_("You can share with each other from now on: %(what)s.")),
    "declined": (N_("%(name)s does not want what you share"), N_("“%(what)s” is not shared with them.")),
    "left": (N_("%(name)s no longer takes part"), N_("They let go of “%(what)s”. Yours stays as it is.")),
    "ended": (N_("%(name)s shares something no longer"), N_("“%(what)s” is no longer there for you.")),
    "kept": (N_("Your copy of “%(what)s” is here"), N_("What %(name)s shares is copied into a folder of yours.")),
    "not_kept": (
        N_("Your copy of “%(what)s” is not whole"), N_("Not everything that %(name)s shares could be copied: it is shared no more, or there is no room for it."),
    ),
}  # fmt: skip


def _say(words: Words, values: Mapping[str, Any]) -> Said:
    """values: name of who is at the other server; what, as it is called; how: a word of _SAID."""
    title, text = _SAID[values["how"]]
    named = {"name": values["name"], "what": values["what"]}
    return Said(words.gettext(title, **named), words.gettext(text, **named))


KINDS = (
    Kind(
        name=KIND, label=N_("Something happens to what you share with other servers"), icon="globe", say=_say
    ),
)
