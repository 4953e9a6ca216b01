"""The kinds of notices that the rooms plugged, and the words of what they say."""

from __future__ import annotations

from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes

from ..model import Notification
from ..ports import Apps, Kind, Said, Tongue, Words


def every(work: Work) -> list[Kind]:
    """All of them, in the order of the house."""
    return work.plugged(Kind)


def find(work: Work, name: str) -> Kind | None:
    """The kind of this name; None for what apps say, and for what nobody here says any more."""
    return next((kind for kind in every(work) if kind.name == name), None)


def words(work: Work) -> Words:
    """The owner's language."""
    return work.plugged(Tongue)[0](homes.profile(work).locale)


def said(work: Work, notification: Notification) -> Said:
    """What a notification says: in the language of today where it is ours, as it was written where it is an app's."""
    kind = find(work, notification.category) if notification.is_ours else None
    try:
        if kind is not None:
            return kind.say(words(work), notification.data)
    except (KeyError, TypeError, ValueError):
        pass  # it was made by another version, of other values
    return Said(notification.title, notification.message)


def signed(work: Work, notification: Notification) -> Said:
    """The same for where no page stands around it: what an app says begins with its name, as of the app that the owner knows."""
    plain = said(work, notification)
    if notification.is_ours:
        return plain
    locale = words(work).locale
    names = {each.slug: each.name for plugged in work.plugged(Apps) for each in plugged.tellers(work, locale)}
    sender = names.get(notification.slug) or notification.slug or "?"
    return Said(f"[{sender}] {plain.title}", plain.text)
