"""An invitation comes to this home: from anybody, since whoever shares is nobody here yet.

So nothing is asked of anybody at that moment, no more is kept than a home can do with, and what is there already stays whose it
is: an invitation that waits is only changed by the home that it named, and what was accepted by nobody. Who shares is certain
only when the owner says yes: the answer goes to the address that is shown, and the home there must know of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from msgspec.structs import replace

from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.contacts import service as contacts
from cozy.rooms.contacts.model import names
from cozy.rooms.documents.errors import UpdateConflict
from cozy.rooms.homes import service as homes
from cozy.rooms.notifications import service as notifications
from cozy.rooms.notifications.model import SHARE, Notice

from ..errors import (
    AlreadyAccepted,
    BadHomeAddress,
    BadRule,
    NoRecipients,
    NoSharing,
    TooManyInvitations,
    WrongState,
)
from ..events import AcceptanceDue
from ..model import Credentials, Member, Sharing, Status
from ..model import rules as ruling
from ..model.addresses import home_address, host_of, is_part_of
from . import keeping, making, members, shortcuts

MOST_WAITING = 200  # invitations without an answer, from people who are contacts
MOST_FROM_STRANGERS = 50
MOST_OF_ONE = 10  # from one home, of somebody who is no contact
STALE = timedelta(days=7)  # after which one of a stranger gives way to others
TEXT_LIMIT = 300  # characters of a name
ID_LIMIT = 100
PAGE = "/my/shared"


def count(work: Work, visitor: Visitor) -> None:
    """Note that an invitation comes, before it is looked at. Raises TooManyAttempts."""
    auth.limits.count(work, "invitation", visitor)


def origin_of(visitor: Visitor) -> str:
    """Where an invitation comes from, as far as nobody makes that up: the network of the program that brought it."""
    return auth.limits.network(visitor.address)


def receive(
    work: Work,
    told: Sharing,
    origin: str = "",
    *,
    makes_shortcut: bool = False,
    url: str = "",
    is_led: bool = False,
) -> Sharing:
    """Keep an invitation until the owner answers. told: as the other home says.

    origin: see `origin_of`; url: where more is to be seen, of the other home; is_led: whether the owner is on their way here with it, and is asked at
    once. Raises TooManyInvitations, WrongState, AlreadyAccepted, NoRecipients, NoRules, BadRule,
    BadHomeAddress. Publishes AcceptanceDue for a drive of somebody who is trusted.
    """
    asked = _checked(work, told, url, origin)
    known = _known(work, told.id)
    if known is None:
        _make_room(work, asked)
        kept = keeping.create(work, asked, id_=told.id)
    else:
        kept = _again(work, known, asked)
    if makes_shortcut:
        kept = shortcuts.lead_to(work, kept, url)
        if known is None:
            _tell_owner(work, kept)
    if kept.drive and not is_led and kept.credentials[0].state and is_trusted(work, kept.members[0]):
        work.publish(AcceptanceDue(kept.id))
    return kept


def _known(work: Work, sharing_id: str) -> Sharing | None:
    try:
        return keeping.fetch(work, sharing_id)
    except NoSharing:
        return None


def _checked(work: Work, told: Sharing, url: str, origin: str) -> Sharing:
    """What is kept of an invitation."""
    if not told.id or len(told.id) > ID_LIMIT or not told.id.isprintable() or "/" in told.id:
        raise WrongState
    if len(told.members) < 2 or told.members[0].status != "owner":
        raise NoRecipients
    if len(told.members) > 10 * members.MOST or len(told.groups) > members.MOST:
        raise WrongState
    rules = ruling.checked(told.rules, making.writable(work))
    plain = work.origin.startswith("http:")
    owner = home_address(told.members[0].instance, plain=plain)
    if owner == work.origin or any(len(text) > making.DESCRIPTION_LIMIT for text in (told.description, url)):
        raise BadRule
    if url and not is_part_of(url, owner):
        raise BadHomeAddress(parameter="url")
    return Sharing(
        id=told.id, drive=told.drive, drive_root_type=told.drive_root_type, org_drive=told.org_drive, open_sharing=told.open_sharing,
        description=told.description, app_slug=_short(told.app_slug), preview_path=_short(told.preview_path),
        created_at=_short(told.created_at), updated_at=iso(work.now), rules=rules, groups=told.groups,
        initial_number_of_files_to_sync=max(0, told.initial_number_of_files_to_sync),
        members=_people(work, told.members, owner), credentials=(_secrets(told, url, origin),),
    )  # fmt: skip


def _short(text: str) -> str:
    return text[:TEXT_LIMIT]


def _people(work: Work, told: tuple[Member, ...], owner: str) -> tuple[Member, ...]:
    """The members, under the names that this home knows; with no address but the owner's and our own. Raises NoRecipients."""
    own = next((i for i, each in enumerate(told) if i and each.instance), None)
    if own is None:
        raise NoRecipients
    return tuple(
        replace(
            each,
            status="owner" if not i else _status(each, is_own=i == own),
            name=_name_of(work, each) if i else _name_at(work, owner),
            public_name=_short(each.public_name),
            email=_short(each.email),
            instance=owner if not i else work.origin if i == own else "",
        )
        for i, each in enumerate(told)
    )  # fmt: skip


def _status(told: Member, *, is_own: bool) -> Status:
    """There is one owner; and whether this home is in is not for another to say."""
    is_said = told.status == "owner" or (is_own and not told.is_waiting)
    return "pending" if is_said else told.status


def _name_of(work: Work, member: Member) -> str:
    person = contacts.homes.with_email(work, member.email) if member.email else None
    return names.display(person.body) if person else ""


def _name_at(work: Work, address: str) -> str:
    """How whoever shares is called here: their home tells who they are, and no mail address that they claim."""
    person = contacts.homes.at(work, address)
    return names.display(person.body) if person else ""


def _secrets(told: Sharing, url: str, origin: str) -> Credentials:
    given = told.credentials[0] if told.credentials else Credentials()
    code = parse_qs(urlsplit(url).query).get("sharecode", [""])[0]
    return Credentials(
        state=_short(given.state),
        drive_token=given.drive_token[: making.DESCRIPTION_LIMIT],
        code=code,
        link=url,
        origin=origin,
    )


def _make_room(work: Work, asked: Sharing) -> None:
    """Let what strangers offered long ago, or from where most comes, give way when as many invitations wait as a home can do with;
    those of people who are contacts find room longer. Raises TooManyInvitations.
    """
    waiting = [sharing for sharing in keeping.all_(work) if sharing.is_waiting]
    owner = asked.members[0]
    of_one = sum(each.members[0].instance == owner.instance for each in waiting)
    if of_one < MOST_OF_ONE and len(waiting) < MOST_FROM_STRANGERS:
        return
    if _contact_of(work, owner):
        has_room = len(waiting) < MOST_WAITING
    else:
        has_room = of_one < MOST_OF_ONE and _forget_one(work, waiting, asked.credentials[0].origin)
    if not has_room:
        raise TooManyInvitations(retry_after_s=24 * 3600)


def _forget_one(work: Work, waiting: Sequence[Sharing], origin: str) -> bool:
    """Forget the oldest of strangers that nobody answered for days; else the oldest of those that came from where most did, when
    fewer came from where this one does: made-up homes keep nobody else out. Whether there was one.
    """
    strangers = [each for each in waiting if not _contact_of(work, each.members[0])]
    before, many = iso(work.now - STALE), Counter(map(_origin, strangers))
    most = max(many.values(), default=0)
    stale = [each for each in strangers if each.updated_at < before]
    of_most = [each for each in strangers if many[_origin(each)] == most > many[origin]]
    if not (going := stale or of_most):
        return False
    kept, _ = shortcuts.take_away(work, min(going, key=lambda sharing: sharing.updated_at))
    keeping.remove(work, kept)
    return True


def _origin(sharing: Sharing) -> str:
    return sharing.credentials[0].origin


def _contact_of(work: Work, owner: Member) -> bool:
    return contacts.homes.at(work, owner.instance) is not None


def _again(work: Work, known: Sharing, asked: Sharing) -> Sharing:
    """An invitation that waits already, as it is told by now. Raises WrongState, AlreadyAccepted."""
    if known.owner or not known.members or known.members[0].instance != asked.members[0].instance:
        raise WrongState
    if known.active:
        raise AlreadyAccepted
    secrets, before = asked.credentials[0], known.credentials[0] if known.credentials else Credentials()
    merged = replace(
        secrets, state=secrets.state or before.state, drive_token=secrets.drive_token or before.drive_token,
        code=secrets.code or before.code, link=secrets.link or before.link,
    )  # fmt: skip
    try:
        return keeping.put(work, replace(asked, shortcut_id=known.shortcut_id, credentials=(merged,)))
    except UpdateConflict as error:
        raise WrongState from error


def _tell_owner(work: Work, sharing: Sharing) -> None:
    owner = sharing.members[0]
    values = {"name": f"{owner.called} ({host_of(owner.instance)})", "what": sharing.description}
    notifications.notify(work, Notice(kind=SHARE, about=sharing.id, values=values, link=PAGE))


def is_trusted(work: Work, owner: Member) -> bool:
    """Whether what somebody shares as a drive is taken unasked: their home is at an address of a domain that the host
    trusts, or is that of a contact whom the owner said yes to before. What somebody says of themself counts for nothing.
    """
    wanted = homes.contexts.member(work, "sharing")
    options = wanted if isinstance(wanted, dict) else {}
    if not options.get("auto_accept_trusted"):
        return False
    host = (urlsplit(owner.instance).hostname or "").lower()
    domains = [str(each).lower().strip(".") for each in options.get("trusted_domains") or ()]
    if any(host == each or host.endswith(f".{each}") for each in domains if each):
        return True
    person = (
        contacts.homes.at(work, owner.instance) if options.get("auto_accept_trusted_contacts", True) else None
    )
    return person is not None and contacts.homes.is_trusted(person)
