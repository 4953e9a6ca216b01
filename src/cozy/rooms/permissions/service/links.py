"""Links: what apps, devices and the owner give to whoever has a code (cozy-stack docs/permissions.md)."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from cozy.kernel.caller import VERBS, Caller, Verb
from cozy.kernel.clock import parse
from cozy.kernel.problem import Unavailable
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import Reserved

from .. import store
from ..errors import BadDoctype, BadRule, CannotShare, NotAllowed, NotTheMaker, NotYours, TooManyCodes
from ..model import WILDCARD, Permission, Rule, check, rule_of, source_of
from ..ports import Codes, Looked
from . import grants, history, keeping
from .decision import may_all, may_give, may_use

FILES, CALENDARS, EVENTS = "io.cozy.files", "io.cozy.calendars", "io.cozy.calendar.events"
CODES_LIMIT = 100  # of one link
LABEL_LIMIT = 200  # characters
SHORT = 12  # characters of a short code: 71 bits
TINY = 6  # digits of a code that is read aloud, and that works for an hour at the most
LINKED_APP = "linked_app"  # a member of the metadata of a client's grant: the app whose grants it holds
_ALPHABET = string.ascii_letters + string.digits
_MAKERS = frozenset({"app", "konnector", "client", "cli", "owner"})


class Wanted(Struct, frozen=True, kw_only=True):
    """A link to make. labels: how its codes are called; sealed: its password, hashed, "" for none; look_only: as a Permission's."""

    rules: Mapping[str, Rule]
    labels: Sequence[str] = ()
    is_tiny: bool = False
    expires_at: str = ""
    sealed: str = ""
    metadata: Mapping[str, Any] | None = None
    title: str = ""
    look_only: bool = False


class Patch(Struct, frozen=True, kw_only=True):
    """What to change of a permission; what is UNSET stays.

    rules: to add by title, None for one to take away; labels: of the codes that stay, and of new ones.
    """

    rules: Mapping[str, Rule | None] = {}
    labels: Sequence[str] | UnsetType = UNSET
    expires_at: str | UnsetType = UNSET
    sealed: str | UnsetType = UNSET
    metadata: Mapping[str, Any] | None = None
    title: str | UnsetType = UNSET
    look_only: bool | UnsetType = UNSET


def admit(caller: Caller) -> None:
    """Raises CannotShare for who can make no link, nor change one: the holder of a link."""
    if caller.kind not in _MAKERS:
        raise CannotShare


def make(work: Work, wanted: Wanted) -> Permission:
    """A new link, with a code and a short code for each label. It ends no later than what its maker holds.

    Raises CannotShare, NotYours, BadDoctype, Reserved, TooManyCodes.
    """
    admit(work.caller)
    _check(work, wanted.rules.values())
    codes = _codes(work, wanted.labels)
    shortcodes = {label: free_code(work, is_tiny=wanted.is_tiny) for label in codes}
    made = keeping.add(
        work,
        Permission(
            id="", rev="", type="share", source_id=maker_of(work), rules=wanted.rules, codes=codes,
            shortcodes=shortcodes, password=bool(wanted.sealed), expires_at=_end(work, wanted.expires_at),
            title=wanted.title, look_only=wanted.look_only,
            metadata=history.new(work, _slug(work), wanted.metadata),
        ),
    )  # fmt: skip
    store.links.seal(work, made.id, wanted.sealed)
    return made


def bring(work: Work, id_: str, wanted: Wanted, shortcodes: Mapping[str, str]) -> Permission:
    """A link of the home that this one was before, under its id; one that is here already stays as it is.

    shortcodes: what opened it there, by label, which opens it here too unless it opens something else. Raises BadRule, BadDoctype,
    Reserved, TooManyCodes.
    """
    known = store.permissions.by_ids(work, [id_]).get(id_)
    if known is not None:
        return keeping.permission_of(known)
    _check(work, wanted.rules.values())
    codes = _codes(work, wanted.labels)
    made = keeping.add(
        work,
        Permission(
            id=id_, rev="", type="share", source_id="", rules=wanted.rules, codes=codes,
            shortcodes={label: _code_as_before(work, shortcodes.get(label, "")) for label in codes},
            password=bool(wanted.sealed), expires_at=wanted.expires_at, title=wanted.title, look_only=wanted.look_only,
            metadata=history.new(work, "", wanted.metadata),
        ),
    )  # fmt: skip
    store.links.seal(work, made.id, wanted.sealed)
    return made


def _code_as_before(work: Work, code: str) -> str:
    is_one = SHORT <= len(code) <= LABEL_LIMIT and set(code) <= set(_ALPHABET)
    return code if is_one and not store.links.of_code(work, code) else free_code(work)


def change(work: Work, permission: Permission, patch: Patch) -> Permission:
    """Change a link; or what an app may do, as far as the caller may do it too.

    Raises NotTheMaker, NotYours, BadDoctype, BadRule, Reserved, TooManyCodes.
    """
    is_link = permission.type == "share"
    if is_link and not _may_change(work, permission):
        raise NotTheMaker
    if not is_link and (permission.type not in {"app", "konnector"} or not patch.rules):
        raise NotTheMaker
    if (
        not is_link
        and any(patch.rules.values())
        and _end(work, permission.expires_at) != permission.expires_at
    ):
        raise NotYours  # it would last longer there
    changed = replace(
        permission, rules=_patched(work, permission, patch.rules),
        metadata=history.touched(work, _slug(work), permission.metadata, patch.metadata),
    )  # fmt: skip
    if is_link:
        changed = _with_codes(work, changed, patch)
        if patch.sealed is not UNSET:
            store.links.seal(work, permission.id, patch.sealed)
    return keeping.replace(work, permission, changed)


def _end(work: Work, wanted: str) -> str:
    """The end of what the caller gives: the one that is wanted, or that of what they hold where it comes first."""
    caller = work.caller
    held = [grants.fetch(work, caller.permission)] if caller.permission else []
    if caller.kind == "client" and (slug := _linked(work)):
        held += [of_app] if (of_app := grants.of_source(work, "app", slug)) else []
    ends = [wanted, *(one.expires_at for one in held)]
    return min(filter(None, ends), key=parse, default="")


def revoke(work: Work, permission: Permission) -> None:
    """Take a link back. Raises NotTheMaker. Publishes GrantEnded."""
    if permission.type != "share" or not _may_change(work, permission):
        raise NotTheMaker
    keeping.remove(work, permission)


def own(work: Work) -> Permission:
    """What the caller holds."""
    rules = {f"rule{i}": rule_of(grant) for i, grant in enumerate(work.caller.grants)}
    if not work.caller.permission:
        return Permission(id="", rev="", type="cli", source_id="", rules=rules)
    found = grants.fetch(work, work.caller.permission)
    return replace(found, rules=rules) if found.metadata.get(LINKED_APP) else found


def looked(work: Work, preview: Permission, code: str) -> None:
    """Somebody looked, with a code, at what is offered to them."""
    both = [*preview.codes.items(), *preview.shortcodes.items()]
    label = next((label for label, known in both if known == code), "")
    for port in work.plugged(Looked):
        port(work, preview.source_id, label)


def shown(work: Work, id_: str) -> Permission:
    """A permission that the caller may look at: their own, one that they made, any for the owner.

    Raises NoGrant, NotAllowed.
    """
    found = grants.fetch(work, id_)
    if id_ == work.caller.permission or _is_maker(work, found) or _holds_everything(work.caller):
        return found
    raise NotAllowed


def of_doctype(work: Work, doctype: str, *, after: str = "", skip: int = 0, limit: int) -> list[Permission]:
    """The links that open documents of a doctype, a page at a time; after: the id of the last that was seen.

    A link that opens more than what the caller may open is shown without its codes. Raises NotAllowed.
    """
    if not may_all(work.caller, "GET", doctype):
        raise NotAllowed(verb="GET", doctype=doctype)
    ids = store.links.opening(work, [doctype, *_wildcards(doctype)], after, skip, limit)
    found = store.permissions.by_ids(work, ids)
    links = [keeping.permission_of(found[id_]) for id_ in ids if id_ in found]
    return [link if _may_change(work, link) else replace(link, codes={}, shortcodes={}) for link in links]


def naming(work: Work, doctype: str, id_: str) -> list[Permission]:
    """The links that name a document, ended ones too, the oldest first. Raises NotAllowed."""
    if not may_all(work.caller, "GET", doctype):
        raise NotAllowed(verb="GET", doctype=doctype)
    pairs = store.links.opening_ids(work, doctype, [id_])
    found = [
        keeping.permission_of(each)
        for each in store.permissions.by_ids(work, [id_ for _, id_ in pairs]).values()
    ]
    return sorted(found, key=lambda link: (str(link.metadata.get("createdAt", "")), link.id))


def verbs_by_id(work: Work, doctype: str, ids: Sequence[str]) -> dict[str, tuple[Verb, ...]]:
    """What links let others do with these documents, of those that the caller may read."""
    mine = [id_ for id_ in ids if may_use(work.caller, "GET", doctype, {id_})]
    pairs = store.links.opening_ids(work, doctype, mine)
    found = store.permissions.by_ids(work, sorted({permission_id for _, permission_id in pairs}))
    verbs: dict[str, set[Verb]] = {}
    for id_, permission_id in pairs:
        for grant in keeping.permission_of(found[permission_id]).grants:
            if grant.doctype == doctype and not grant.selector and id_ in grant.values:
                verbs.setdefault(id_, set()).update(grant.verbs)
    return {id_: tuple(verb for verb in VERBS if verb in verbs[id_]) for id_ in mine if id_ in verbs}


def maker_of(work: Work) -> str:
    """The document under which the links are known that the caller makes; "" for the owner's own."""
    caller = work.caller
    if caller.kind == "app" or caller.kind == "konnector":
        return source_of(caller.kind, caller.name)
    if caller.kind == "client":
        slug = _linked(work)
        return source_of("app", slug) if slug else caller.name
    return ""


def _is_maker(work: Work, permission: Permission) -> bool:
    names = {maker_of(work), work.caller.name if work.caller.kind == "client" else ""}
    return permission.maker in names - {""}


def _may_change(work: Work, permission: Permission) -> bool:
    """Whoever made a link may, and whoever could have made it."""
    if work.caller.kind not in _MAKERS:
        return False
    return (permission.maker != "" and permission.maker == maker_of(work)) or may_give(
        work.caller, [*permission.rules.values(), *_along(permission)]
    )


def _along(permission: Permission) -> list[Rule]:
    """What a link opens besides its rules where the owner made it: with calendars, the events in them."""
    rules = [] if permission.maker else permission.rules.values()
    return [Rule(EVENTS, rule.verbs) for rule in rules if rule.doctype == CALENDARS]


def _holds_everything(caller: Caller) -> bool:
    return any(grant.doctype == "*" and not grant.values for grant in caller.grants)


def _slug(work: Work) -> str:
    """Of the app that asks, for what is said of who made something."""
    if work.caller.kind == "client":
        return _linked(work) or work.caller.name
    return work.caller.name if work.caller.kind in {"app", "konnector"} else ""


def _linked(work: Work) -> str:
    """The slug of the app whose device's side a client is, as the mobile Drive is of Drive."""
    return str(grants.fetch(work, work.caller.permission).metadata.get(LINKED_APP, ""))


def _check(work: Work, rules: Iterable[Rule]) -> None:
    """Whether a link may open so much. Raises NotYours, BadDoctype, Reserved."""
    held = list(rules)
    if not held:
        raise BadRule
    if not may_give(work.caller, held):
        raise NotYours
    for rule in held:
        check(rule)
        if rule.doctype in {FILES, FILES + WILDCARD}:
            continue  # read-only for `/data`, but links open files: the room files has rules of its own
        if rule.doctype.endswith(WILDCARD):
            raise BadDoctype(f"{rule.doctype} is not a valid doctype name")
        if not _is_open(work, rule):
            raise Reserved(error=f"reserved doctype {rule.doctype} unwritable")


def _is_open(work: Work, rule: Rule) -> bool:
    """Whether a link may be about this doctype; the owner may show what `/data` lets nobody write."""
    rules = documents.rules_of(work, rule.doctype)
    is_look = work.caller.kind == "owner" and tuple(rule.verbs) == ("GET",)
    return rules.is_writable or (is_look and rules.is_readable)


def _patched(work: Work, permission: Permission, patch: Mapping[str, Rule | None]) -> dict[str, Rule]:
    """Its rules after the patch. Nobody adds, replaces or takes away what they could not give."""
    added = {title: rule for title, rule in patch.items() if rule is not None}
    touched = [*added.values(), *(permission.rules[title] for title in patch if title in permission.rules)]
    if not may_give(work.caller, touched) and not (permission.type == "share" and not added):
        raise NotYours
    if permission.type == "share" and added:
        _check(work, added.values())
    for rule in added.values():
        check(rule)
    kept = {title: rule for title, rule in permission.rules.items() if title not in patch}
    return kept | added


def _with_codes(work: Work, link: Permission, patch: Patch) -> Permission:
    if patch.expires_at is not UNSET:
        link = replace(link, expires_at=_end(work, patch.expires_at))
    if patch.sealed is not UNSET:
        link = replace(link, password=bool(patch.sealed))
    if patch.title is not UNSET:
        link = replace(link, title=patch.title)
    if patch.look_only is not UNSET:
        link = replace(link, look_only=patch.look_only)
    if patch.labels is UNSET:
        return link
    new = _codes(work, [label for label in patch.labels if label not in link.codes])
    codes = {label: link.codes.get(label) or new[label] for label in patch.labels}
    shortcodes = {
        label: link.shortcodes[label] if label in link.shortcodes else free_code(work)
        for label in codes
        if label in link.shortcodes or label in new
    }
    return replace(link, codes=codes, shortcodes=shortcodes)


def _codes(work: Work, labels: Sequence[str]) -> dict[str, str]:
    if len(labels) > CODES_LIMIT or any(len(label) > LABEL_LIMIT for label in labels):
        raise TooManyCodes(parameter="codes")
    return {label: long_code(work, label) for label in labels}


def long_code(work: Work, label: str) -> str:
    """A new long code. Raises Unavailable."""
    for port in work.plugged(Codes):
        code: str = port(work, label)
        return code
    raise Unavailable


def free_code(work: Work, *, is_tiny: bool = False) -> str:
    """A short code that opens nothing else here."""
    alphabet, length = (string.digits, TINY) if is_tiny else (_ALPHABET, SHORT)
    while True:
        code = "".join(secrets.choice(alphabet) for _ in range(length))
        if not store.links.of_code(work, code):
            return code


def _wildcards(doctype: str) -> list[str]:
    """How a rule may spell a doctype by a wildcard."""
    words = doctype.split(".")
    return [".".join(words[:length]) + WILDCARD for length in range(1, len(words) + 1)]
