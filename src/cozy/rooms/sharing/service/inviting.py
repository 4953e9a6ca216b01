"""Invitations: by mail, or straight to the home of somebody whose address is known."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import replace

from cozy.kernel.home import Home, app_origin
from cozy.kernel.house import House
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.files.errors import NoFile
from cozy.rooms.files.model import FILES
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule as Leave

from ..errors import AlreadyAccepted, NoSharing, PeerRefused, RequestFailed, WrongState
from ..events import InvitationDue, MembersChanged
from ..model import REFERRED, SHARINGS, Member, Rule, Sharing, body_of
from ..model import rules as ruling
from . import asking, keeping

_ACCEPTED = 409
_PUT_S = 20.0
BY_MAIL_ALONE = frozenset({"com.bitwarden.organizations"})  # what no shortcut can lead to


class Letter(Struct, frozen=True):
    """An invitation that is to leave. address: of their home, "" to go by mail alone; link: where they go with it."""

    sharing: Sharing
    index: int
    state: str
    address: str
    email: str
    link: str
    body: dict[str, Any]


def invite_all(work: Work, sharing: Sharing) -> Sharing:
    """Invite everybody who was not yet. Publishes InvitationDue for each.

    Who is reached by mail alone counts as invited at once, where this host sends mails: the queue sees to it.
    """
    _offer_previews(work, sharing)
    for index, member in enumerate(sharing.members):
        if not index or member.status != "mail-not-sent" or not (member.email or member.instance):
            continue
        work.publish(InvitationDue(sharing.id, index, _state(sharing, index)))
        if not member.instance and work.settings.smtp_url:
            sharing = keeping.with_member(sharing, index, status="pending")
    return keeping.put(work, sharing)


def _state(sharing: Sharing, index: int) -> str:
    secrets = sharing.secrets_of(index)
    return secrets.state if secrets else ""


def _offer_previews(work: Work, sharing: Sharing) -> None:
    """A code for each member who may look at what is shared before they say yes; those who are out have none."""
    if sharing.preview_path:
        rules = {f"rule{i}": _leave(rule, ("GET",)) for i, rule in enumerate(sharing.rules)}
        _offer(work, "share-preview", sharing, rules)
    if sharing.drive:
        rules = {f"rule{i}": _leave(rule, ()) for i, rule in enumerate(sharing.rules)}
        _offer(work, "share-interact", sharing, rules)


def _offer(work: Work, type_: permissions.previews.Type, sharing: Sharing, rules: dict[str, Leave]) -> None:
    labels = [
        label_of(index, member)
        for index, member in enumerate(sharing.members)
        if index and member.status != "revoked"
    ]
    permissions.previews.offer(work, type_, sharing.id, rules, list(dict.fromkeys(labels)), sharing.app_slug)


def _leave(rule: Rule, verbs: tuple[str, ...]) -> Leave:
    return Leave(rule.doctype, verbs, rule.values, "" if rule.is_by_id else rule.selector, rule.title)


def label_of(index: int, member: Member) -> str:
    """Under which label a permission holds the code of a member; cozy-stack's."""
    return member.email or member.instance or f"index:{index}"


def withdraw_codes(work: Work, sharing: Sharing) -> None:
    """Let the codes of who is out open nothing any more; all of them where nothing is shared."""
    if sharing.active:
        _offer_previews(work, sharing)
        return
    for type_ in ("share-preview", "share-interact"):
        permissions.previews.end(work, type_, sharing.id)


def code_of(work: Work, sharing: Sharing, index: int, type_: permissions.previews.Type) -> str:
    """The code of a member, the short one where they go to a preview; "" for none."""
    found = permissions.previews.of_sharing(work, type_, sharing.id)
    if found is None:
        return ""
    codes = found.shortcodes if type_ == "share-preview" else found.codes
    return codes.get(label_of(index, sharing.members[index]), "")


def link(work: Work, sharing: Sharing, index: int) -> str:
    """Where somebody goes with their invitation: the preview of an app, or the question where their home is."""
    is_shown = sharing.owner and sharing.preview_path
    if is_shown and (code := code_of(work, sharing, index, "share-preview")):
        origin = app_origin(work.origin, sharing.app_slug, work.settings.subdomains)
        return f"{origin}/{sharing.preview_path.lstrip('/')}?{urlencode({'sharecode': code})}"
    return discovery_link(work, sharing.id, _state(sharing, index))


def discovery_link(work: Work, sharing_id: str, state: str) -> str:
    """The page of this home on which somebody who was invited says where their home is."""
    return f"{work.origin}/sharings/{sharing_id}/discovery?{urlencode({'state': state})}"


def letter(work: Work, due: InvitationDue) -> Letter | None:
    """The invitation that is due; None when it is over: they answered, were taken out, or were invited anew."""
    try:
        sharing = keeping.fetch(work, due.sharing)
    except NoSharing:
        return None
    if not sharing.owner or not sharing.active or due.index >= len(sharing.members):
        return None
    member = sharing.members[due.index]
    if not member.is_waiting or _state(sharing, due.index) != due.state:
        return None
    address = "" if sharing.rules[0].doctype in BY_MAIL_ALONE else member.instance
    body = request_body(work, sharing, due.index, address) if address else {}
    return Letter(sharing, due.index, due.state, address, member.email, link(work, sharing, due.index), body)


async def deliver(house: House, home: Home, sent: Letter) -> None:
    """Bring an invitation to the home of somebody, which makes a shortcut of it. Raises PeerAway, RequestFailed, AlreadyAccepted."""
    query = {"shortcut": "true"} | ({} if sent.sharing.drive else {"url": sent.link})
    await request(house, home, sent.address, sent.sharing.id, sent.body, query)


async def request(
    house: House, home: Home, address: str, sharing_id: str, body: dict[str, Any], query: dict[str, str]
) -> None:
    """Tell a home what its owner is invited to. Raises PeerAway, RequestFailed, AlreadyAccepted."""
    try:
        await asking.sure(house, home, address)
    except PeerRefused as error:
        raise RequestFailed from error
    url = f"{address}/sharings/{sharing_id}" + (f"?{urlencode(query)}" if query else "")
    reply = await asking.tell(house, "PUT", url, body, timeout_s=_PUT_S)
    if reply.status == _ACCEPTED:
        raise AlreadyAccepted
    if reply.status >= 300:
        raise RequestFailed(status=reply.status)


def invited(work: Work, due: InvitationDue) -> None:
    """Note that an invitation arrived, or that a mail is on its way. Publishes MembersChanged."""
    if letter(work, due) is None:
        return
    sharing = keeping.fetch(work, due.sharing)
    if sharing.members[due.index].status == "mail-not-sent":
        keeping.put(work, keeping.with_member(sharing, due.index, status="pending"))
        work.publish(MembersChanged(sharing.id))


def request_body(work: Work, sharing: Sharing, index: int, address: str) -> dict[str, Any]:
    """What the home of a member, at this address, is told of a sharing, as a JSON:API document.

    The addresses of homes, and what the owner calls people, are nobody else's. Raises WrongState.
    """
    secrets = sharing.secrets_of(index)
    if secrets is None or not secrets.xor_key:
        raise WrongState
    people = tuple(
        replace(each, name="", instance=each.instance if not i else address if i == index else "")
        for i, each in enumerate(sharing.members)
    )
    rules = sharing.rules if sharing.drive else _rules_for(work, sharing, secrets.key)
    told = Sharing(
        drive=sharing.drive, drive_root_type=sharing.drive_root_type, org_drive=sharing.org_drive,
        open_sharing=sharing.open_sharing, description=sharing.description, app_slug=sharing.app_slug,
        preview_path=sharing.preview_path, created_at=sharing.created_at, updated_at=sharing.updated_at,
        initial_number_of_files_to_sync=0 if sharing.drive else count_files(work, sharing),
        rules=rules, members=people, groups=sharing.groups,
    )  # fmt: skip
    given: dict[str, str] = {"state": secrets.state}
    if sharing.drive:
        given["drive_token"] = code_of(work, sharing, index, "share-interact")
    attributes = {"app_slug": "", **body_of(told), "credentials": [given]}
    return {"data": {"type": SHARINGS, "id": sharing.id, "attributes": attributes}}


def _rules_for(work: Work, sharing: Sharing, key: bytes) -> tuple[Rule, ...]:
    travelling = [_with_mime(work, rule) for rule in sharing.rules if not rule.local]
    return tuple(ruling.for_another(rule, key) for rule in travelling)


def _with_mime(work: Work, rule: Rule) -> Rule:
    """A rule about one file says what it is; one about a folder nothing, which tells them apart."""
    if rule.doctype != FILES or not rule.is_by_id:
        return rule
    found = files.many(keeping.unasked(work), rule.values)
    return replace(rule, mime=found[0].mime) if found and not found[0].is_folder else rule


def count_files(work: Work, sharing: Sharing) -> int:
    """How many files the first copy is of."""
    unasked = keeping.unasked(work)
    count = 0
    for rule in sharing.rules:
        if rule.doctype != FILES or rule.local:
            continue
        if rule.selector == REFERRED:
            count += sum(_referring(unasked, value) for value in rule.values)
        elif rule.is_by_id:
            for found in files.many(unasked, rule.values):
                count += files.count_in(unasked, found) if found.is_folder else 1
    return count


def _referring(work: Work, value: str) -> int:
    doctype, _, id_ = value.partition("/")
    try:
        return files.linked(work, "referenced_by", files.Target(doctype, id_), limit=1).count
    except NoFile:
        return 0
