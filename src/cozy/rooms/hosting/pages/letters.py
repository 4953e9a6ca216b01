"""The mails of the host to people who have no home yet."""

from __future__ import annotations

from cozy import ui
from cozy.rooms.homes.model import Brand
from cozy.ui import N_

from ..ports import Letter

_SUBJECTS = {
    "invitation": N_("A home of your own at %(host)s"),
    "moving_in": N_("Your home at %(host)s"),
}


def write(name: str, locale: str, brand: Brand, **words: str) -> Letter:
    """A letter: its two templates, and its subject, which may name the host."""
    said = ui.letters.written(f"hosting/mail_{name}", locale, brand, words)
    return Letter(ui.words(locale).gettext(_SUBJECTS[name], **words), said.text, said.html, said.logo)
