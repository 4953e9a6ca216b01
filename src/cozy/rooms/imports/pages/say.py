"""Imports in words: what there is, how far it is, and what came of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from cozy import ui
from cozy.ui import N_, formats
from cozy.ui.words import NN_

from ..model import Import, Part, State

KINDS: Mapping[str, tuple[tuple[str, str], str, str]] = {  # words for a number, icon, where it goes
    "photo": (NN_("%(num)s photo or film", "%(num)s photos and films"), "images", N_("Among your photos")),
    "file": (NN_("%(num)s file", "%(num)s files"), "folder", N_("Among your files")),
    "contact": (NN_("%(num)s contact", "%(num)s contacts"), "contact-round", N_("Among your contacts")),
    "event": (NN_("%(num)s event or task", "%(num)s events and tasks"), "calendar", N_("In your calendars")),
    "mail": (NN_("%(num)s mail", "%(num)s mails"), "mail", N_("In the folder of your mails")),
    "document": (NN_("%(num)s other thing", "%(num)s other things"), "layers", N_("In your archive")),
    "share": (NN_("%(num)s share or link", "%(num)s shares and links"), "link", N_("Where others see it as before")),
    "left_there": (
        NN_("%(num)s thing that does not come along", "%(num)s things that do not come along"), "info", N_("Where it was"),
    ),
    "not_understood": (
        NN_("%(num)s thing that is not understood", "%(num)s things that are not understood"), "info",
        N_("In the folder “Not understood”"),
    ),
}  # fmt: skip
_AT_LINE = re.compile(r"Line (?P<line>\d+): (?P<reason>.+)", re.DOTALL)
TITLES: Mapping[str, str] = {"files": N_("Files"), "photos": N_("Photos"), "bookmarks": N_("Bookmarks")}
STATES: Mapping[State, tuple[str, str, str]] = {  # words, kind of badge, icon
    "looking": (N_("Being looked through"), "", "loader"),
    "planned": (N_("Ready to come in"), "warn", "eye"),
    "running": (N_("Coming in"), "", "loader"),
    "paused": (N_("Paused"), "warn", "pause"),
    "done": (N_("Came in"), "ok", "check"),
    "failed": (N_("Needs you"), "warn", "triangle-alert"),
}


def title(said: ui.Words, part: Part) -> str:
    """What people call the format of a part."""
    return said.gettext(TITLES[part.format]) if part.format in TITLES else part.title


def numbers(said: ui.Words, counts: Mapping[str, int]) -> list[tuple[str, str, str]]:
    """Each kind: how many, its icon, where it goes."""
    return [
        (
            said.ngettext(*KINDS[kind][0], counts[kind], num=formats.number(counts[kind], said.locale)),
            KINDS[kind][1],
            said.gettext(KINDS[kind][2]),
        )
        for kind in KINDS
        if counts.get(kind)
    ]


def summary(said: ui.Words, body: Import) -> str:
    """In one line: what would come, or came."""
    counts = Counter[str]()
    for part in body.parts:
        counts.update(part.added if body.state in {"running", "paused", "done"} else part.planned)
    found = [text for text, _, _ in numbers(said, counts)]
    return ui.leave.listed(said, found) if found else ""


def outcomes(said: ui.Words, body: Import) -> list[str]:
    """What else became of it, in sentences."""
    sums = {word: sum(getattr(part, word) for part in body.parts) for word in ("same", "changed", "beside")}
    sentences = {
        "same": NN_("%(num)s was here already.", "%(num)s were here already."),
        "changed": NN_(
            "%(num)s is newer now than what came before.", "%(num)s are newer now than what came before."
        ),
        "beside": NN_(
            "%(num)s stands beside another one of its name: both were kept.",
            "%(num)s stand beside another one of their name: both were kept.",
        ),
    }
    return [
        said.ngettext(*sentences[word], number, num=formats.number(number, said.locale))
        for word, number in sums.items()
        if number
    ]


def reason(said: ui.Words, why: str) -> str:
    """Why something was left out, in the reader's language where there are words for it."""
    if found := _AT_LINE.fullmatch(why):
        line, inner = found.groups()
        return said.gettext(N_("Line %(line)s: %(reason)s"), line=line, reason=said.gettext(inner))
    return said.gettext(why)
