"""The piece of the first page that is about getting in."""

from __future__ import annotations

from collections.abc import Iterator

from cozy import ui
from cozy.kernel.home import Home
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.ports import Notice, Part
from cozy.ui import N_

from .. import service


def on_first_page(work: Work, home: Home) -> Iterator[Notice | Part]:
    """Whether there is no way back for who forgets the passphrase."""
    if not service.reset.has_code(work):
        said = ui.words(homes.profile(work).locale)
        text = said.gettext(
            N_("You have no recovery code yet: if you forget your passphrase, it lets you back in.")
        )
        yield Notice(
            text, "/my/settings/security/recovery-code", said.gettext(N_("Make a recovery code")), "key-round"
        )
