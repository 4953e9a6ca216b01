"""A sharing is made, gets more people, and another name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.contacts.model import GROUPS
from cozy.rooms.documents import service as documents
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import NoFile
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions

from .. import access
from ..errors import DescriptionTooLong, NoRecipients, WrongState
from ..events import DescriptionChanged, MembersChanged
from ..model import SHARINGS, Member, Reference, Rule, Sharing
from ..model import rules as ruling
from . import inviting, keeping, members

DESCRIPTION_LIMIT = 1000  # characters
_APP = "io.cozy.apps/"
Root = Literal["file", "directory"]


class Recipients(Struct, frozen=True):
    """Whom to share with: contacts and groups of them."""

    writers: Sequence[Reference] = ()
    readers: Sequence[Reference] = ()


class Wanted(Struct, frozen=True, kw_only=True):
    """What to share, and how."""

    rules: tuple[Rule, ...]
    description: str = ""
    open_sharing: bool = False
    preview_path: str = ""
    app_slug: str = ""
    drive: bool = False


def create(work: Work, wanted: Wanted, recipients: Recipients) -> Sharing:
    """A new sharing of this home's. Publishes InvitationDue for each of who is in it.

    Raises NobodyIn, NotAllowed, NoRules, BadRule, NoRecipients, DescriptionTooLong, and what adding somebody raises.
    """
    access.decide(work, wanted.rules)
    rules = ruling.checked(wanted.rules, writable(work))
    _check_description(wanted.description)
    slug = wanted.app_slug or _slug(work)
    sharing = Sharing(
        owner=True, active=True, drive=wanted.drive, open_sharing=wanted.open_sharing, rules=rules,
        description=wanted.description, app_slug=slug, preview_path=wanted.preview_path if slug and not wanted.drive else "",
        created_at=iso(work.now), updated_at=iso(work.now), members=(_owner(work),),
    )  # fmt: skip
    sharing = _with_root(work, sharing) if wanted.drive else sharing
    sharing = _with_recipients(work, sharing, recipients)
    if len(sharing.members) < 2 and not wanted.drive:
        raise NoRecipients
    kept = keeping.create(work, sharing)
    mark_root(work, kept)
    return inviting.invite_all(work, kept)


def writable(work: Work) -> Callable[[str], bool]:
    """Whether apps may write a doctype."""
    return lambda doctype: documents.rules_of(work, doctype).is_writable


def _check_description(description: str) -> None:
    if len(description) > DESCRIPTION_LIMIT:
        raise DescriptionTooLong(limit=DESCRIPTION_LIMIT)


def _slug(work: Work) -> str:
    """Of the app that shares, or of the one whose side on a device does."""
    maker = permissions.links.maker_of(work)
    return maker.removeprefix(_APP) if maker.startswith(_APP) else ""


def _owner(work: Work) -> Member:
    profile = homes.profile(work)
    return Member(status="owner", public_name=profile.public_name, email=profile.email, instance=work.origin)


def _with_root(work: Work, sharing: Sharing) -> Sharing:
    """A drive, knowing whether it is a folder or one file."""
    rule = sharing.files_rule
    if rule is None or not rule.is_by_id:
        raise WrongState
    root = files.fetch(work, rule.values[0])
    kind: Root = "directory" if root.is_folder else "file"
    kept = replace(rule, mime=root.mime)
    rules = tuple(kept if each is rule else each for each in sharing.rules)
    return replace(sharing, drive_root_type=kind, rules=rules)


def _with_recipients(work: Work, sharing: Sharing, recipients: Recipients) -> Sharing:
    for read_only, people in ((False, recipients.writers), (True, recipients.readers)):
        for each in people:
            add = members.add_group if each.doctype == GROUPS else members.add_contact
            sharing = add(work, sharing, each.id, read_only=read_only)
    return sharing


def mark_root(work: Work, sharing: Sharing) -> None:
    """Let a shared file or folder say so: apps look for that."""
    rule = sharing.files_rule
    if rule is not None and rule.is_by_id:
        try:
            files.refer(keeping.unasked(work), rule.values[0], [files.Target(SHARINGS, sharing.id)])
        except NoFile:
            pass  # a rule may be about what is not there


def unmark_root(work: Work, sharing: Sharing) -> None:
    """Let it say so no more."""
    rule = sharing.files_rule
    if rule is not None and rule.is_by_id:
        try:
            files.unrefer(keeping.unasked(work), rule.values[0], [files.Target(SHARINGS, sharing.id)])
        except NoFile:
            pass


def add_recipients(work: Work, sharing_id: str, recipients: Recipients) -> Sharing:
    """The sharing with more people in it. Publishes InvitationDue, MembersChanged.

    Raises NoSharing, NobodyIn, NotAllowed, WrongState on a member's home, and what adding somebody raises.
    """
    sharing = keeping.fetch(work, sharing_id)
    access.decide(work, sharing.rules)
    if not sharing.owner:
        raise WrongState
    kept = keeping.put(work, replace(_with_recipients(work, sharing, recipients), active=True))
    mark_root(work, kept)
    work.publish(MembersChanged(kept.id))
    return inviting.invite_all(work, kept)


def describe(work: Work, sharing_id: str, description: str) -> Sharing:
    """The sharing under another name. Publishes DescriptionChanged on the owner.

    Raises NoSharing, NobodyIn, NotAllowed, DescriptionTooLong.
    """
    sharing = keeping.fetch(work, sharing_id)
    access.decide(work, sharing.rules)
    return redescribed(work, sharing, description)


def redescribed(work: Work, sharing: Sharing, description: str) -> Sharing:
    """The same, asking nothing of the caller."""
    said = description.strip()
    _check_description(said)
    changed = replace(sharing, description=said)
    rule = changed.files_rule
    if sharing.drive and rule is not None and said:
        titled = replace(rule, title=said)
        changed = replace(changed, rules=tuple(titled if each is rule else each for each in changed.rules))
    if sharing.owner:
        work.publish(DescriptionChanged(sharing.id))
    return keeping.put(work, changed)
