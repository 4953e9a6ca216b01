"""People as pages show them: their face, how it stands with each, what they may do; and a sharing as a line of a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal
from urllib.parse import quote, urlencode

from msgspec import Struct
from msgspec.structs import replace

from cozy.kernel.clock import parse
from cozy.kernel.work import Work
from cozy.rooms.collections.model import original_of
from cozy.rooms.contacts import service as contacts
from cozy.rooms.documents.model import Document
from cozy.rooms.homes import service as homes
from cozy.ui import N_, Words, avatars, leave

from ..model import Member, Sharing, Standing
from ..model.addresses import host_of
from ..ports import Aside, LeftOut
from ..service import inviting, people, standings
from ..service.people import Person
from .door import PEOPLE_URL, url_of, words
from .things import TITLES, Thing, phrase, thing_of

Look = Literal["", "ok", "warn", "lamp"]
NAMED = 3  # people of a list; of more, the number is said

_INVITED: Mapping[str, tuple[str, Look]] = {
    "mail-not-sent": (N_("Not told yet"), "warn"), "pending": (N_("Invited"), "lamp"), "seen": (N_("Has looked, no answer yet"), "lamp"),
    "revoked": (N_("Sees it no longer"), ""),
}  # fmt: skip


class State(Struct, frozen=True):
    """How it stands, in a few words. at: since when, or when last; hint: what it means and what can be done."""

    text: str
    look: Look = ""
    at: datetime | None = None
    hint: str = ""


class Row(Struct, frozen=True, kw_only=True):
    """A member of a sharing, as a list shows them. index: which one; url: the page of that person, "" for oneself."""

    index: int
    name: str
    address: str
    face: avatars.Face
    url: str
    is_me: bool
    is_owner: bool
    read_only: bool
    state: State
    in_groups: tuple[str, ...] = ()
    journal: str = ""  # what their home did here
    link: str = ""  # of their invitation, while it waits
    aside: tuple[str, ...] = ()  # what their home did not take, in sentences

    @property
    def is_waiting(self) -> bool:
        """Whether they have not answered."""
        return self.state.look in {"lamp", "warn"} and not self.is_owner


class Line(Struct, frozen=True, kw_only=True):
    """A sharing, as a list shows it. who: from whom, or with whom; progress: of the first copy, 0 to 100, None when there is none."""

    id: str
    url: str
    thing: Thing
    what: str
    who: str
    may: str
    state: State
    progress: int | None = None


def row(
    work: Work, sharing: Sharing, index: int, known: Mapping[int, Standing], cards: Mapping[str, Document]
) -> Row:
    """A member. known: how it stands with each; cards: of the address book, by what members are known by."""
    said, member = words(work), sharing.members[index]
    is_me = index == sharing.me
    key = people.key_of(member)
    card = cards.get(key)
    name = homes.profile(work).public_name if is_me else member.called
    return Row(
        index=index, name=name, address=host_of(member.instance) or member.email, face=face_of(name, card),
        url="" if is_me else f"{PEOPLE_URL}/{key}", is_me=is_me, is_owner=not index, read_only=sharing.is_read_only(index),
        state=state_of(said, sharing, index, known.get(index)),
        journal=_journal(sharing, index), link=inviting.link(work, sharing, index) if sharing.owner and member.is_waiting else "",
        in_groups=tuple(sharing.groups[n].name for n in member.groups if n < len(sharing.groups)),
    )  # fmt: skip


def _journal(sharing: Sharing, index: int) -> str:
    secrets = None if index == sharing.me else sharing.secrets_of(index)
    client = secrets.inbound_client_id if secrets and (sharing.owner or not index) else ""
    return f"/my/access/journal?{urlencode({'who': f'client:{client}'})}" if client else ""


def rows(work: Work, sharing: Sharing) -> list[Row]:
    """The members who have not left, the owner first."""
    known, cards = standings(work, sharing), people.cards(work)
    there = [n for n, each in enumerate(sharing.members) if each.status != "revoked"]
    left = not_taken(work, sharing)
    return [replace(row(work, sharing, n, known, cards), aside=left.get(n, ())) for n in there]


def not_taken(work: Work, sharing: Sharing) -> dict[int, tuple[str, ...]]:
    """What homes of members did not take, in sentences."""
    said = words(work)
    found = [port(work, sharing.id) for port in work.plugged(Aside)]
    return {index: tuple(_sentences(said, left)) for by_member in found for index, left in by_member.items()}


def _sentences(said: Words, left: Sequence[LeftOut]) -> Iterator[str]:
    if large := [one.name for one in left if one.needs_room]:
        told = N_("Their home has no room for %(names)s, which comes as soon as there is some.")
        yield said.gettext(told, names=several(said, large))
    if refused := [one.name for one in left if not one.needs_room]:
        told = N_("Their home did not take %(names)s. It is sent again when it changes, and once a day.")
        yield said.gettext(told, names=several(said, refused))


def face_of(name: str, card: Document | None) -> avatars.Face:
    """Their photo where the address book has one, else their initials."""
    digest = contacts.photos.digest_in(original_of(card.body)) if card else ""
    photo = f"/my/contacts/{quote(card.id, safe='')}/photo/{digest}" if card and digest else ""
    return avatars.face(name, photo)


def state_of(said: Words, sharing: Sharing, index: int, known: Standing | None) -> State:
    """How it stands with one member."""
    member = sharing.members[index]
    if not index and (sharing.owner or not sharing.active):
        return State("")
    if member.status in _INVITED:
        text, look = _INVITED[member.status]
        return State(said.gettext(text), look, hint=_invited_hint(said, sharing, member))
    return told(said, known or Standing(), is_ours=sharing.owner)


def _invited_hint(said: Words, sharing: Sharing, member: Member) -> str:
    if member.status != "mail-not-sent" or not sharing.owner:
        return ""
    return said.gettext(
        N_(
            "The invitation has not gone out. Check the address and invite them again, or give them the link yourself."
        )
    )


def told(said: Words, known: Standing, *, is_ours: bool) -> State:
    """How it stands with a home that takes part. is_ours: whether it is the owner of this one who invites."""
    heard = parse(known.heard_at) if known.heard_at else None
    if known.trouble == "stranger":
        hint = N_(
            "It shows another key. Nothing is exchanged with it until you decide: settings, Other homes."
        )
        return State(
            said.gettext(N_("Their home is no longer the one you know")), "warn", hint=said.gettext(hint)
        )
    if known.trouble:
        mend = (
            N_(
                "Their home does not take what yours sends. Nothing is lost: invite them again, and both go on."
            )
            if is_ours
            else N_(
                "Their home does not take what yours sends. Nothing is lost: ask to be invited again, and both go on."
            )
        )
        return State(said.gettext(N_("The way is broken")), "warn", heard, said.gettext(mend))
    if known.away_since:
        hint = N_("What changes waits here, and goes there as soon as their home answers.")
        away = parse(known.away_since)
        return State(said.gettext(N_("Has not answered since")), "warn", away, said.gettext(hint))
    return State(said.gettext(N_("Takes part")), "ok", heard)


# --- a sharing as a line ---


def line(work: Work, sharing: Sharing) -> Line:
    """A sharing, in a list of them."""
    said, thing = words(work), thing_of(work, sharing)
    return Line(
        id=sharing.id, url=url_of(sharing.id), thing=thing, what=phrase(said, thing),
        who=_with_whom(said, sharing) if sharing.owner else _from_whom(said, sharing), may=may(said, sharing),
        state=_state_of_all(work, said, sharing),
        progress=progress(work, sharing),
    )  # fmt: skip


def may(said: Words, sharing: Sharing, index: int = -1) -> str:
    """What a member may do; index: which one, the owner of this home unless said."""
    here = sharing.me if index < 0 else index
    if here == 0:
        return ""
    is_looking = here < 0 or sharing.is_read_only(here)
    if index < 0:
        return said.gettext(N_("You may look at it") if is_looking else N_("You may change it"))
    return said.gettext(N_("May look") if is_looking else N_("May change"))


def names(sharing: Sharing) -> list[str]:
    """The others who are in it."""
    return [sharing.members[n].called for n in _others(sharing)]


def _others(sharing: Sharing) -> list[int]:
    """The members but the one who shares and the one who reads."""
    return [n for n, each in enumerate(sharing.members) if n and n != sharing.me and each.status != "revoked"]


def _with_whom(said: Words, sharing: Sharing) -> str:
    return several(said, names(sharing)) or said.gettext(N_("Nobody any more"))


def _from_whom(said: Words, sharing: Sharing) -> str:
    return said.gettext(N_("From %(name)s"), name=sharing.members[0].called)


def several(said: Words, found: Sequence[str]) -> str:
    """Théo, Maé and 2 others."""
    if len(found) <= NAMED:
        return leave.listed(said, found) if found else ""
    rest = len(found) - NAMED + 1
    return leave.listed(said, [*found[: NAMED - 1], said.ngettext("%(num)s other", "%(num)s others", rest)])


def _state_of_all(work: Work, said: Words, sharing: Sharing) -> State:
    """How it stands with all of them, what needs a look first."""
    known = standings(work, sharing)
    if not sharing.owner:
        return told(said, known.get(0, Standing()), is_ours=False) if sharing.active else State("")
    for index in _others(sharing):
        state = state_of(said, sharing, index, known.get(index))
        if state.look == "warn":
            text = f"{state.text[:1].lower()}{state.text[1:]}"
            who = said.gettext(N_("%(name)s: %(state)s"), name=sharing.members[index].called, state=text)
            return State(who, "warn", state.at)
    if waiting := sum(sharing.members[n].is_waiting for n in _others(sharing)):
        return State(
            said.ngettext("%(num)s has not answered yet", "%(num)s have not answered yet", waiting), "lamp"
        )
    return State(said.gettext(N_("Everybody takes part")), "ok") if _others(sharing) else State("")


def under(said: Words, sharing: Sharing, thing: Thing) -> str:
    """The line below the name of a sharing: what it is, from whom, what the reader may do."""
    parts = [said.gettext(TITLES[thing.kind])]
    if not sharing.owner:
        parts += [_from_whom(said, sharing), may(said, sharing)]
    return " · ".join(filter(None, parts))


def progress(work: Work, sharing: Sharing) -> int | None:
    """How much of the first copy has come, of a hundred; None when there is none under way."""
    whole = sharing.initial_number_of_files_to_sync
    if sharing.owner or not sharing.initial_sync or not whole:
        return None
    return min(100, 100 * people.arrived(work, sharing) // whole)


def person_line(said: Words, person: Person) -> str:
    """Sees 3 things, shares 1 with you."""
    parts = []
    if person.taken:
        parts.append(
            said.ngettext("Sees %(num)s thing of yours", "Sees %(num)s things of yours", person.taken)
        )
    elif person.sees:
        parts.append(said.gettext(N_("Invited")))
    if person.gives:
        parts.append(
            said.ngettext(
                "Shares %(num)s thing with you", "Shares %(num)s things with you", len(person.gives)
            )
        )
    if not parts:
        parts.append(said.gettext(N_("Is in something that is shared with you")))
    return " · ".join(parts)
