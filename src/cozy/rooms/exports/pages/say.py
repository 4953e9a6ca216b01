"""Exports in words."""

from __future__ import annotations

from collections.abc import Mapping

from cozy import ui
from cozy.kernel.work import Work
from cozy.ui import N_, formats

from ..errors import NoRoom
from ..model import COZY_ARCHIVE, Choice, Export, State
from .door import words

STATES: Mapping[State, tuple[str, str, str]] = {  # words, kind of badge, icon
    "making": (N_("Being prepared"), "", "loader"),
    "ready": (N_("Ready"), "ok", "check"),
    "failed": (N_("Needs you"), "warn", "triangle-alert"),
}


BACKUPS: Mapping[str, tuple[str, str, str]] = {
    "waiting": (N_("It begins in a moment."), "", "clock"),
    "running": (N_("Being backed up"), "", "loader"),
    "done": (N_("Backed up"), "ok", "check"),
    "failed": (N_("Needs you"), "warn", "triangle-alert"),
}
WHAT: Mapping[Choice, tuple[str, str, str, str]] = {  # words, what it is, icon, words for one that is there
    "everything": (
        N_("Everything"), N_("To keep it, or to leave"), "package", N_("Everything, as it was on %(day)s"),
    ),
    "files": (
        N_("Files and photos"), N_("With the bin, older versions and notes"), "folder", N_("Files and photos, as they were on %(day)s"),
    ),
    "photos": (
        N_("Photos and films only"), N_("With their albums"), "images", N_("Photos and films, as they were on %(day)s"),
    ),
    "people": (
        N_("Contacts and calendars only"), N_("As .vcf and .ics"), "contact-round",
        N_("Contacts and calendars, as they were on %(day)s"),
    ),
}  # fmt: skip


def what_of(body: Export) -> tuple[str, str]:
    """The icon of an export, and what it is called, with its day in the place of %(day)s."""
    if body.kind == COZY_ARCHIVE:
        return "house", N_("The archive for another Cozy, as it was on %(day)s")
    return WHAT[body.what][2], WHAT[body.what][3]


ARCHIVE = "archive"  # what a form says for one of another kind


def choices(said: ui.Words) -> list[dict[str, str]]:
    """What there is to choose from."""
    found = [
        {"value": what, "label": said.gettext(label), "hint": said.gettext(hint), "icon": icon}
        for what, (label, hint, icon, _) in WHAT.items()
    ]
    label, hint = N_("The archive that every Cozy reads"), N_("To go to another one with everything")
    return [
        *found,
        {"value": ARCHIVE, "label": said.gettext(label), "hint": said.gettext(hint), "icon": "house"},
    ]


def room(work: Work, problem: NoRoom) -> str:
    """How much room is missing."""
    said = words(work)
    return said.gettext(
        N_("About %(needed)s are needed for a while, and %(free)s are free."),
        needed=formats.size(problem.facts["needed"], said.locale),
        free=formats.size(problem.facts["free"], said.locale),
    )
