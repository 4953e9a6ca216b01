"""The words of our own kinds of notices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from cozy.ui import N_, formats

from ..model import BACKUP, CONNECTOR, DISK, NEW_DEVICE, SHARE
from ..ports import Kind, Said, Words

_WEEK = timedelta(days=7)
_REASONS = {
    "LOGIN_FAILED": N_("It could not log in there: look at the password that you gave it."),
    "USER_ACTION_NEEDED": N_("The other side waits for you to do something: log in there once, and see what it says."),
    "VENDOR_DOWN": N_("The other side does not answer. It is tried again by itself."),
}  # fmt: skip


def _disk(words: Words, values: Mapping[str, Any]) -> Said:
    """values: used and quota, in bytes."""
    used, quota = (formats.size(int(values[name]), words.locale) for name in ("used", "quota"))
    text = N_(
        "%(used)s of %(quota)s are used. Empty the bin or ask for more space, before nothing more fits."
    )
    return Said(words.gettext(N_("Your home is almost full")), words.gettext(text, used=used, quota=quota))


def _new_device(words: Words, values: Mapping[str, Any]) -> Said:
    """values: domain; device and address of a browser, or client, the name of a program."""
    advice = words.gettext(
        N_("If it was you, do nothing. If not, end it at once and change your passphrase.")
    )
    title = words.gettext(N_("A new device opened %(domain)s"), domain=values["domain"])
    if client := values.get("client"):
        said = words.gettext(N_("You let %(client)s connect to your home."), client=client)
    else:
        device = values["device"] or words.gettext(N_("A device"))
        text = N_(
            "Somebody came into your home with a device that was not known here: %(device)s, from %(address)s."
        )
        said = words.gettext(text, device=device, address=values["address"])
    return Said(title, f"{said} {advice}")


def _connector(words: Words, values: Mapping[str, Any]) -> Said:
    """values: name of the connector; reason, an error of cozy-stack's or "" (LOGIN_FAILED, VENDOR_DOWN.…)."""
    reason = str(values.get("reason", ""))
    known = next((said for code, said in _REASONS.items() if reason.startswith(code)), "")
    text = known or N_("It is tried again by itself; what it brought so far is safe.")
    return Said(
        words.gettext(N_("%(name)s could not fetch what is new"), name=values["name"]), words.gettext(text)
    )


def _share(words: Words, values: Mapping[str, Any]) -> Said:
    """values: name of who shares; what they share, "" where that is not known."""
    text = N_("“%(what)s” waits for your answer. Nobody sees whether you have looked.")
    return Said(
        words.gettext(N_("%(name)s shares something with you"), name=values["name"]),
        words.gettext(text, what=values["what"]) if values.get("what") else "",
    )


def _backup(words: Words, values: Mapping[str, Any]) -> Said:
    """values: name of the place; days since the last one."""
    days = int(values["days"])
    text = words.ngettext("The last one is %(num)s day old.", "The last one is %(num)s days old.", days)
    return Said(words.gettext(N_("No backup was made to %(name)s"), name=values["name"]), text)


KINDS = (
    Kind(
        name=NEW_DEVICE, label=N_("A new device or program in your home"), icon="monitor-smartphone", say=_new_device,
        is_safety=True,
    ),
    Kind(name=DISK, label=N_("Your home is almost full"), icon="hard-drive", say=_disk, at_most_every=_WEEK),
    Kind(name=CONNECTOR, label=N_("A connector that does not work any more"), icon="plug", say=_connector),
    Kind(name=SHARE, label=N_("Somebody shares with you"), icon="users-round", say=_share),
    Kind(name=BACKUP, label=N_("A backup that was not made"), icon="database-backup", say=_backup),
)  # fmt: skip
