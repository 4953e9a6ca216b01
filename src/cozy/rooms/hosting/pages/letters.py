"""The mails of the host to people who have no home yet."""

from __future__ import annotations

from cozy import ui
from cozy.ui import N_

from ..ports import Letter

_SUBJECTS = {
    "invitation": N_("A home of your own at %(host)s"),
    "moving_in": N_("Your home at %(host)s"),
}


def write(name: str, locale: str, **words: str) -> Letter:
    """A letter: its two templates, and its subject, which may name the host."""
    templates = ui.pages.environment(locale)
    return Letter(
        ui.words(locale).gettext(_SUBJECTS[name], **words),
        templates.get_template(f"hosting/mail_{name}.txt").render(words),
        templates.get_template(f"hosting/mail_{name}.html").render(words, locale=locale),
    )
