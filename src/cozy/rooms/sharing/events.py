"""What others may want to know of sharings."""

from __future__ import annotations

from cozy.kernel.work import Event


class SharingBegan(Event, frozen=True):
    """Something is shared from now on: on the owner, the first member is in; on a member, this home is."""

    sharing: str


class SharingArrived(Event, frozen=True):
    """A sharing goes on here that was in another home before, which moved: what it shares is here, and those it shares with have it."""

    sharing: str


class MemberReady(Event, frozen=True):
    """On the owner: the home of a member is let in, and lets this one in. The first copy may start."""

    sharing: str
    index: int


class MemberLeft(Event, frozen=True):
    """On the owner: somebody who was in is out, by whoever's wish."""

    sharing: str
    index: int


class RightsChanged(Event, frozen=True):
    """A member who was in may now write, or only read; on a member it is about this home."""

    sharing: str
    index: int
    read_only: bool


class SharingEnded(Event, frozen=True):
    """Nothing is shared by this any more, on either side. keep: whether the copies that are here stay."""

    sharing: str
    keep: bool


class InvitationDue(Event, frozen=True):
    """Somebody is to be invited. state: of the invitation; a later one has another."""

    sharing: str
    index: int
    state: str


class MembersChanged(Event, frozen=True):
    """On the owner: who is in a sharing, or what they may do, changed; the homes of members are to know."""

    sharing: str


class DescriptionChanged(Event, frozen=True):
    """On the owner: a sharing is called otherwise; the homes of members are to know."""

    sharing: str


class FarewellDue(Event, frozen=True):
    """The home of somebody who is out, or the owner's where this home left, is to know."""

    sharing: str
    index: int


class PeopleMoved(Event, frozen=True):
    """A contact joined groups, or left some, or a group looks otherwise or is gone. Ids; email, address: of the contact."""

    contact: str = ""
    email: str = ""
    address: str = ""
    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    is_reachable: bool = False  # who could not be invited before can be now
    renamed: str = ""  # the id of a group that has another name or colour
    gone: str = ""  # the id of a group


class AcceptanceDue(Event, frozen=True):
    """An invitation of somebody who is trusted is to be accepted."""

    sharing: str


class LastChangesSent(Event, frozen=True):
    """The time is over in which the home of somebody who may only read by now could send what they changed before."""

    client_id: str


class GuestInvited(Event, frozen=True):
    """On a member: somebody whom this home invited, and the owner let in, is to be told by mail."""

    sharing: str
    email: str
    name: str
    state: str
    read_only: bool


class MoveDue(Event, frozen=True):
    """The home of a member is to know that this one is at another address."""

    sharing: str
    index: int
