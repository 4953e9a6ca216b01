"""The words of what is told about other homes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from cozy.rooms.notifications.ports import Kind, Said, Words
from cozy.ui import N_

from ..model import OTHER_KEY, UNSIGNED


def _other_key(words: Words, values: Mapping[str, Any]) -> Said:
    """values: address."""
    host = str(values["address"]).partition("://")[2]
    text = N_(
        "Either its owner began anew there, or somebody else answers in their place. Ask the person, and not through this "
        "address. Until you decide, nothing is exchanged with it."
    )
    title = words.gettext(N_("The home %(address)s is no longer the one you know"), address=host)
    return Said(title, words.gettext(text))


def _unsigned(words: Words, values: Mapping[str, Any]) -> Said:
    """values: address."""
    host = str(values["address"]).partition("://")[2]
    text = N_(
        "It had the token of that home and not its key, so it was refused and saw nothing. Tell the person. Stop sharing with them "
        "and share anew: the token then opens nothing any more."
    )
    title = words.gettext(N_("Somebody else asked in the name of %(address)s"), address=host)
    return Said(title, words.gettext(text))


KINDS = (
    Kind(name=OTHER_KEY, label=N_("Another home that is no longer the one you know"), icon="shield-alert", say=_other_key, is_safety=True),
    Kind(
        name=UNSIGNED, label=N_("Somebody else in the name of another home"), icon="shield-alert", say=_unsigned, is_safety=True,
        at_most_every=timedelta(days=1),
    ),
)  # fmt: skip
