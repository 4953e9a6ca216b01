"""Who is in a sharing: people and groups join, and leave."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET
from msgspec.structs import replace

from cozy.kernel.ids import new_secret
from cozy.kernel.work import Work
from cozy.rooms.contacts import service as contacts
from cozy.rooms.contacts.model import CONTACTS, GROUPS, names
from cozy.rooms.contacts.model.people import is_trashed
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import NoDocument
from cozy.rooms.documents.model import Document
from cozy.rooms.homes import service as homes

from ..errors import (
    AlreadyAlone,
    AlreadyInGroup,
    BadHomeAddress,
    GroupTwice,
    NoAddress,
    NoMember,
    NotAHome,
    TooManyMembers,
    Yourself,
)
from ..model import Credentials, Group, Member, Sharing, without
from ..model.addresses import home_address
from ..model.ids import new_key
from . import keeping

MOST = 90  # members of one sharing, the owner too; cozy-stack's, unless the context of a home says otherwise
STATE_BYTES = 16


def most(work: Work) -> int:
    """How many members a sharing of this home may have."""
    said = homes.contexts.member(work, "max_members_per_sharing")
    return int(said) if isinstance(said, int | float) and not isinstance(said, bool) else MOST


def of_contact(work: Work, contact: Document, *, read_only: bool = False) -> Member:
    """Somebody who is to be invited, as the contacts know them."""
    address = names.first(contact.body, "cozy", "url")
    try:
        instance = home_address(address, plain=work.origin.startswith("http:")) if address else ""
    except (BadHomeAddress, NotAHome):
        instance = ""
    email, name = names.first(contact.body, "email", "address"), names.display(contact.body)
    # Who has nothing but an address is called as they call themselves, once they have said yes.
    is_named = name not in {email, names.cozy_host(contact.body)}
    return Member(name=name if is_named else "", email=email, instance=instance, read_only=read_only)


def add_contact(work: Work, sharing: Sharing, contact_id: str, *, read_only: bool = False) -> Sharing:
    """The sharing with a contact in it. Raises NoMember, NoAddress, Yourself, TooManyMembers, AlreadyInGroup."""
    member = of_contact(work, _contact(work, contact_id), read_only=read_only)
    if not member.email and not member.instance:
        raise NoAddress(pointer="/data/attributes/recipients")
    if is_owner(sharing, member):
        raise Yourself(pointer="/data/attributes/recipients")
    return joined(sharing, member, most(work))[0]


def _contact(work: Work, contact_id: str) -> Document:
    try:
        return documents.fetch(work, CONTACTS, contact_id)
    except NoDocument as error:
        raise NoMember(id=contact_id[:100]) from error


def add_group(work: Work, sharing: Sharing, group_id: str, *, read_only: bool = False) -> Sharing:
    """The sharing with a group of contacts in it.

    Raises NoMember, GroupTwice, TooManyMembers, AlreadyAlone, AlreadyInGroup.
    """
    if any(group.id == group_id and not group.revoked for group in sharing.groups):
        raise GroupTwice
    group, people = group_of(work, group_id)
    index = len(sharing.groups)
    for contact in people:
        member = of_contact(work, contact, read_only=read_only)
        if not is_owner(sharing, member):
            sharing = joined_by_group(sharing, member, index, most(work))
    return replace(sharing, groups=(*sharing.groups, replace(group, read_only=read_only)))


def group_of(work: Work, group_id: str) -> tuple[Group, Sequence[Document]]:
    """A group of contacts, and who is in it. Raises NoMember."""
    try:
        body = documents.fetch(work, GROUPS, group_id).body
    except NoDocument as error:
        raise NoMember(id=group_id[:100]) from error
    people = [person for person in contacts.groups.inside(work, group_id) if not is_trashed(person.body)]
    color = names.text(body, "color") or UNSET
    return Group(id=group_id, name=names.text(body, "name"), color=color), people


def joined_by_group(sharing: Sharing, member: Member, group: int, limit: int) -> Sharing:
    """The sharing with somebody in it by a group. group: its index."""
    wanted = replace(member, groups=(group,), only_in_groups=True)
    sharing, index, _ = joined(sharing, wanted, limit)
    known = sharing.members[index].groups
    return keeping.with_member(sharing, index, groups=tuple(sorted({*known, group})))


def joined(sharing: Sharing, member: Member, limit: int, by: int = 0) -> tuple[Sharing, int, str]:
    """The sharing with somebody in it, their index, and the state of their invitation, "" where they were in already, or were
    invited by somebody else. by: the member who invites them.

    Raises TooManyMembers, AlreadyAlone, AlreadyInGroup.
    """
    state = new_state()
    secrets = Credentials(state=state, xor_key=new_key(), by=by)
    index = index_of(sharing, member)
    if index is None:
        if len(sharing.members) >= limit:
            raise TooManyMembers(limit=limit)
        added = replace(
            sharing,
            members=(*sharing.members, member),
            credentials=(*sharing.credentials, secrets),
        )
        return added, len(sharing.members), state
    known = sharing.members[index]
    is_in = known.status != "revoked"
    if is_in and known.read_only != member.read_only:
        if known.only_in_groups:
            raise AlreadyInGroup(name=known.called)
        if member.groups:
            raise AlreadyAlone(name=known.called)
    if known.status == "ready" or (by and known.is_waiting and _inviter(sharing, index) != by):
        return sharing, index, ""
    address = known.instance if is_in and _inviter(sharing, index) in {0, by} else ""  # as others said
    sharing = keeping.with_member(
        sharing, index, status=member.status, name=member.name or known.name,
        instance=member.instance or address, read_only=member.read_only,
        only_in_groups=(known.only_in_groups or not is_in) and member.only_in_groups,
        groups=known.groups if is_in else (),
    )  # fmt: skip
    return keeping.with_secrets(sharing, index, secrets), index, state


def new_state() -> str:
    """What proves that somebody was invited."""
    return new_secret(STATE_BYTES)


def _inviter(sharing: Sharing, index: int) -> int:
    secrets = sharing.secrets_of(index)
    return secrets.by if secrets else 0


def index_of(sharing: Sharing, member: Member) -> int | None:
    """The index of somebody who is in already, by their mail address, else by that of their home."""
    for index, known in enumerate(sharing.members):
        is_same = known.email == member.email if member.email else known.instance == member.instance
        if index and is_same and (member.email or member.instance):
            return index
    return None


def is_owner(sharing: Sharing, member: Member) -> bool:
    """Whether this is whose sharing it is."""
    owner = sharing.members[0]
    return (member.email != "" and member.email.lower() == owner.email.lower()) or (
        member.instance != "" and member.instance == owner.instance
    )


def left_group(sharing: Sharing, index: int, group: int) -> Sharing:
    """The sharing with somebody out of a group. group: its index."""
    return keeping.with_member(sharing, index, groups=without(sharing.members[index].groups, group))


def is_out(member: Member) -> bool:
    """Whether nothing keeps somebody in any more: they were in by groups only, and are in none."""
    return member.only_in_groups and not member.groups and member.status != "revoked"
