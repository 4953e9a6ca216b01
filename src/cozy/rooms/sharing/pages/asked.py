"""What somebody is asked to take in, in plain words: what comes, how much, who else, what may be done, where it is put."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.ui import N_, Words, avatars, formats
from cozy.ui.words import NN_

from ..model import Sharing
from ..model.addresses import host_of
from ..service import people
from . import faces
from .things import Kind, Thing, phrase, thing_of

_COUNTED: Mapping[Kind, tuple[str, str]] = {
    "folder": NN_("The folder “%(name)s”, with %(num)s file", "The folder “%(name)s”, with %(num)s files"),
    "album": NN_("The album “%(name)s”, with %(num)s photo", "The album “%(name)s”, with %(num)s photos"),
}  # fmt: skip
_PLACES: Mapping[Kind, str] = {
    "folder": N_("In your home, in the folder “%(folder)s”. You can move it elsewhere afterwards."),
    "file": N_("In your home, in the folder “%(folder)s”. You can move it elsewhere afterwards."),
    "album": N_("Among your albums, and its photos in the folder “%(folder)s”."),
    "calendar": N_("Among your calendars."), "contact": N_("Among your contacts."), "group": N_("Among your contacts."),
    "documents": N_("In your home, where the apps that know such documents find it."),
}  # fmt: skip


class Asked(Struct, frozen=True, kw_only=True):
    """An invitation, as its page tells it. is_known: whether the address book knows the home that it comes from."""

    id: str
    sharer: str
    address: str
    face: avatars.Face
    what: str
    comes: str
    others: str
    may: str
    place: str
    leaving: str
    only_looks: bool
    is_known: bool


def asked(work: Work, said: Words, sharing: Sharing, quota: int | None) -> Asked:
    """What an invitation asks. quota: bytes that this home may hold, None for no limit."""
    thing, sharer = thing_of(work, sharing), sharing.members[0]
    card = people.cards(work).get(people.key_of(sharer))
    only_looks = sharing.is_read_only(sharing.me)
    return Asked(
        id=sharing.id, sharer=sharer.called, address=host_of(sharer.instance), face=faces.face_of(sharer.called, card),
        what=phrase(said, thing), comes=_comes(said, sharing, thing), others=_others(said, sharing),
        may=_may(said, sharing, only_looks=only_looks), place=_place(work, said, sharing, thing, quota),
        leaving=_leaving(said, sharing), only_looks=only_looks, is_known=card is not None,
    )  # fmt: skip


def _comes(said: Words, sharing: Sharing, thing: Thing) -> str:
    number = sharing.initial_number_of_files_to_sync
    if thing.kind in _COUNTED and number:
        shown = formats.number(number, said.locale)
        return said.ngettext(*_COUNTED[thing.kind], number, name=thing.name, num=shown)
    whole = phrase(said, thing)
    return f"{whole[:1].upper()}{whole[1:]}"


def _others(said: Words, sharing: Sharing) -> str:
    sharer, others = sharing.members[0].called, faces.names(sharing)
    if not others:
        return said.gettext(N_("Only %(name)s and you."), name=sharer)
    beside = faces.several(said, others)
    return said.gettext(N_("Beside %(name)s and you: %(others)s."), name=sharer, others=beside)


def _may(said: Words, sharing: Sharing, *, only_looks: bool) -> str:
    if sharing.drive:
        return said.gettext(N_("Look at it.") if only_looks else N_("Look at it and change it."))
    if only_looks:
        return said.gettext(
            N_("Look at it and copy it. What you change in your copy stays in your home and reaches nobody.")
        )
    return said.gettext(
        N_("Change it. What you change reaches everybody who takes part, and what they change reaches you.")
    )


def _place(work: Work, said: Words, sharing: Sharing, thing: Thing, quota: int | None) -> str:
    sharer = sharing.members[0].called
    if sharing.drive:
        return said.gettext(
            N_("Nowhere: it stays in the home of %(name)s, and takes no room in yours."), name=sharer
        )
    place = said.gettext(_PLACES[thing.kind], folder=said.gettext(N_("Shared with me")))
    if quota is None or thing.kind not in {"folder", "file", "album"}:
        return place
    left = formats.size(max(0, quota - files.usage(work)), said.locale)
    return f"{place} {said.gettext(N_('It takes room of yours: %(size)s are left.'), size=left)}"


def _leaving(said: Words, sharing: Sharing) -> str:
    if sharing.drive:
        return said.gettext(N_("You no longer see it. Nothing of it was copied into your home."))
    return said.gettext(
        N_(
            "You keep what is in your home by then. It no longer follows the others, and they see nothing of what you change."
        )
    )
