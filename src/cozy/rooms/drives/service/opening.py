"""Who may do what in a drive of this home."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from cozy.kernel.caller import VERBS, Caller, Grant, Verb
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import NoFile
from cozy.rooms.files.model import File
from cozy.rooms.neighbours import service as neighbours
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NotAllowed
from cozy.rooms.sharing import service as sharings
from cozy.rooms.sharing.model import Sharing

from ..errors import DriveClosed, NoDrive
from ..model import FILES, SHARINGS, Opened
from .listing import fetch, root_of

READING: tuple[Verb, ...] = ("GET",)


def open_(work: Work, sharing_id: str, code: str, named: str = "") -> Opened:
    """A drive of this home, for who asks: the owner's own programs, or the home of a member.

    code: the token that came along; named: the id in the address, for what lies in the bin. Raises NoDrive, DriveClosed, NotAllowed,
    NotSigned.
    """
    sharing = fetch(work, sharing_id)
    root = _root(work, sharing)
    index = _member(work, sharing, code)
    grants = _of_member(sharing, index, root.id) if index else _own(work, root)
    thrown = _thrown(work, root, named, _since(sharing, index)) if named and root.is_folder else ""
    caller = replace(_named(work.caller, sharing, index), grants=_with(grants, thrown))
    path = files.full_path(_unasked(work), root) if root.is_folder else ""
    return Opened(sharing.id, root.id, path, caller, not root.is_folder, bool(index))


def _root(work: Work, sharing: Sharing) -> File:
    try:
        return files.fetch(_unasked(work), root_of(sharing))
    except NoFile as error:
        raise NoDrive(id=sharing.id) from error


def _member(work: Work, sharing: Sharing, code: str) -> int:
    """The index of the member whose home asks; 0 for what is in this home already. Raises DriveClosed, NotSigned."""
    caller, index = work.caller, 0
    if caller.kind == "share":
        index = _of_code(work, sharing, code)
    elif caller.kind == "client" and any(grant.doctype == SHARINGS for grant in caller.grants):
        index = sharings.member_who_asks(work, sharing.id)
    if index:
        member = sharing.members[index]
        if member.status != "ready":
            raise DriveClosed
        neighbours.recognise(work, member.instance)
    return index


def _of_code(work: Work, sharing: Sharing, code: str) -> int:
    """The index of the member who has this code. Raises DriveClosed; a plain link into the drive is none of a member's."""
    held = permissions.previews.of_sharing(work, "share-interact", sharing.id)
    if held is None or held.id != work.caller.permission:
        return 0
    label = permissions.previews.label_of(held, code)
    for index, member in enumerate(sharing.members):
        if (
            index
            and label
            and sharings.inviting.label_of(index, member) == label
            and member.status != "revoked"
        ):
            return index
    raise DriveClosed


def _of_member(sharing: Sharing, index: int, root: str) -> tuple[Grant, ...]:
    return (Grant(FILES, READING if sharing.is_read_only(index) else VERBS, (root,)),)


def _own(work: Work, root: File) -> tuple[Grant, ...]:
    """What is left of the caller's own grants in the drive. Raises NotAllowed when that is nothing."""
    around = files.ancestors(_unasked(work), root)
    ids = {root.id, *(folder.id for folder in around)}
    bodies = [folder.body for folder in around]
    verbs = tuple(v for v in VERBS if permissions.may_use(work.caller, v, FILES, ids, root.body, bodies))
    if not verbs:
        raise NotAllowed(verb="GET", doctype=FILES)
    return (Grant(FILES, verbs, (root.id,)),)


def _named(caller: Caller, sharing: Sharing, index: int) -> Caller:
    """The same caller; a member's home is the client that it is here, by whichever token it came."""
    secrets = sharing.secrets_of(index) if index else None
    if secrets is None:
        return caller
    member = sharing.members[index]
    lives_at = member.instance.partition("://")[2]
    caller = replace(caller, person=member.public_name or lives_at, lives_at=lives_at)
    if not secrets.inbound_client_id:
        return caller
    return replace(caller, kind="client", name=secrets.inbound_client_id)


def _since(sharing: Sharing, index: int) -> str:
    """Since when a member is in; "" for what is in this home already."""
    secrets = sharing.secrets_of(index) if index else None
    return (secrets.answered_at if secrets else "") or (sharing.created_at if index else "")


def _with(grants: Sequence[Grant], thrown: str) -> tuple[Grant, ...]:
    """The same, and what was thrown away out of the drive, when that is what the address names."""
    return (
        tuple(replace(grant, values=(*grant.values, thrown)) for grant in grants) if thrown else tuple(grants)
    )


def _thrown(work: Work, root: File, named: str, since: str) -> str:
    """The id of what lies in the bin, and around this file or folder, and came out of the drive; "" when nothing does.

    since: what was thrown away before is none of a member's business.
    """
    unasked = _unasked(work)
    try:
        found = files.fetch(unasked, named)
    except NoFile:
        return ""
    if not found.is_trashed:
        return ""
    around = [found, *files.ancestors(unasked, found)]
    top = next((each for each in around if each.dir_id == files.TRASH), None)
    came = str(top.body.get("restore_path", "")) if top else ""
    path = files.full_path(unasked, root)
    if top is None or _thrown_at(top) < since:
        return ""
    return top.id if (came == path or came.startswith(f"{path}/")) else ""


def _thrown_at(file: File) -> str:
    known = file.body.get("cozyMetadata")
    return str(known.get("trashedAt", "")) if isinstance(known, Mapping) else ""


def _unasked(work: Work) -> Work:
    """The same work, for what is looked up whoever asks."""
    return sharings.keeping.unasked(work)


def allowed(work: Work, verb: Verb, file_id: str) -> None:
    """Make sure that the caller may do this with a file or folder. Raises NoFile, NotAllowed."""
    file = files.fetch(work, file_id)
    around = files.ancestors(_unasked(work), file)
    bodies = [folder.body for folder in around]
    ids = {file.id, *(folder.id for folder in around)}
    if not permissions.may_use(work.caller, verb, FILES, ids, file.body, bodies):
        raise NotAllowed(verb=verb, doctype=FILES)
