"""What is told of the owner: the principal (RFC 3744), where their calendars and address books are, and the way there."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from cozy.dav import telling, xml
from cozy.dav.telling import Vocabulary
from cozy.kernel.work import Work
from cozy.rooms.files.model import FILES
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.errors import NotAllowed

from ..model import PREFIX
from . import privileges
from .addresses import INBOX, OUTBOX, PRINCIPAL, PRINCIPALS, ROOT, of_home
from .dialects import ALL, CALDAV, Dialect

_D, _C, _A, _CS = (f"{{{each}}}" for each in (xml.DAV, xml.CALDAV, xml.CARDDAV, xml.CS))
REPORTS = (
    f"{_D}principal-property-search",
    f"{_D}principal-search-property-set",
    f"{_D}expand-property",
)


class Node(Struct, frozen=True):
    """One address that stands by itself. values: its properties, each as what is inside its element."""

    href: str
    values: Mapping[str, str]


def words(node: Node) -> Vocabulary[Node]:
    """How it is told; a few names are told only to who asks for them."""
    tellers = {name: telling.simple(name, telling.always(value)) for name, value in node.values.items()}
    usual = {name: tell for name, tell in tellers.items() if name in _USUAL}
    others = {name: tell for name, tell in tellers.items() if name not in _USUAL}
    return Vocabulary(href=lambda each: each.href, dead=lambda _: {}, usual=usual, others=others)


_USUAL = frozenset({f"{_D}resourcetype", f"{_D}displayname"})


def reports(names: tuple[str, ...]) -> str:
    """Which questions are answered (RFC 3253 §3.1.5)."""
    return "".join(
        f"<d:supported-report><d:report>{xml.empty(name)}</d:report></d:supported-report>" for name in names
    )


def around() -> dict[str, str]:
    """What is told at every address: who is there, whose it is, and where people are told of."""
    me = xml.hrefs((PRINCIPAL,))
    return {
        f"{_D}current-user-principal": me,
        f"{_D}owner": me,
        f"{_D}principal-collection-set": xml.hrefs((PRINCIPALS,)),
    }


def known(work: Work) -> dict[str, str]:
    """What is told of the owner to the caller. Raises NotAllowed where they may see nothing that there is here."""
    seen = [dialect for dialect in ALL if privileges.sees(work, dialect)]
    if not seen and not permissions.may(work.caller, "GET", FILES):
        raise NotAllowed(verb="GET", doctype=CALDAV.shelves)
    values = around() | {
        f"{_D}principal-URL": xml.hrefs((PRINCIPAL,)),
        f"{_D}supported-report-set": reports(REPORTS),
    }
    if not seen:
        return values
    values |= {dialect.home_set: xml.hrefs((of_home(dialect),)) for dialect in seen}
    email = homes.profile(work).email if work.caller.kind != "share" else ""
    values |= {
        f"{_CS}email-address-set": xml.element(f"{_CS}email-address", xml.text(email)) if email else "",
        f"{_D}alternate-URI-set": xml.hrefs((f"mailto:{email}",)) if email else "",
    }
    return values | (_scheduling(email) if CALDAV in seen else {})


def addresses(email: str) -> tuple[str, ...]:
    """How invitations name the owner, the one that they prefer first (RFC 6638 §2.4.1)."""
    return (*((f"mailto:{email}",) if email else ()), PRINCIPAL)


def _scheduling(email: str) -> dict[str, str]:
    return {
        f"{_C}calendar-user-address-set": xml.hrefs(addresses(email)),
        f"{_C}calendar-user-type": "INDIVIDUAL",
        f"{_C}schedule-inbox-URL": xml.hrefs((INBOX,)),
        f"{_C}schedule-outbox-URL": xml.hrefs((OUTBOX,)),
        f"{_CS}calendar-proxy-read-for": "",
        f"{_CS}calendar-proxy-write-for": "",
    }


def principal(work: Work) -> Node:
    """The owner. Raises NotAllowed."""
    profile = homes.profile(work)
    return Node(PRINCIPAL, {
        f"{_D}resourcetype": "<d:collection/><d:principal/>",
        f"{_D}displayname": xml.text(profile.public_name or work.domain),
        **known(work),
        f"{_D}group-member-set": "", f"{_D}group-membership": "",
        f"{_D}current-user-privilege-set": _reading(),
    })  # fmt: skip


def _reading() -> str:
    return privileges.told(may_write=False, may_rename=False, is_calendar=False)


def root(work: Work) -> list[Node]:
    """The top of everything, and what is in it that the caller may see. Raises NotAllowed."""
    top = Node(ROOT, {f"{_D}resourcetype": "<d:collection/>", f"{_D}displayname": xml.text(work.domain), **known(work), f"{_D}current-user-privilege-set": _reading()})  # fmt: skip
    inside = [principals_top(work)]
    inside += [home(work, dialect) for dialect in ALL if privileges.sees(work, dialect)]
    if permissions.may(work.caller, "GET", FILES):
        inside.append(
            Node(f"{PREFIX}/", {f"{_D}resourcetype": "<d:collection/>", f"{_D}displayname": "files"})
        )
    return [top, *inside]


def principals_top(work: Work) -> Node:
    """Where people are told of: of the owner only."""
    return Node(PRINCIPALS, {f"{_D}resourcetype": "<d:collection/>", f"{_D}displayname": "principals", **known(work), f"{_D}current-user-privilege-set": _reading()})  # fmt: skip


def principals(work: Work) -> list[Node]:
    """It, and the owner. Raises NotAllowed."""
    return [principals_top(work), principal(work)]


def home(work: Work, dialect: Dialect) -> Node:
    """Where the collections of a dialect are. Raises NotAllowed."""
    may_write = permissions.may(work.caller, "POST", dialect.shelves)
    held = privileges.told(may_write=may_write, may_rename=False, is_calendar=dialect is CALDAV)
    values = {
        f"{_D}resourcetype": "<d:collection/>",
        f"{_D}displayname": dialect.kind,
        **known(work),
        f"{_D}supported-report-set": reports((*dialect.reports, *REPORTS[:2])),
        f"{_D}current-user-privilege-set": held,
        f"{_D}acl": privileges.acl(held),
    }
    if dialect is CALDAV:
        sets = "".join(
            xml.element(f"{_C}supported-calendar-component-set", f'<cal:comp name="{name}"/>')
            for name in ("VEVENT", "VTODO", "VJOURNAL")
        )
        values[f"{_C}supported-calendar-component-sets"] = sets
    return Node(of_home(dialect), values)


def inbox(work: Work, default: str) -> Node:
    """Where invitations come in (RFC 6638 §2.2): always empty, since they go into the calendar. default: that one's address."""
    return Node(INBOX, {
        f"{_D}resourcetype": "<d:collection/><cal:schedule-inbox/>", f"{_D}displayname": "inbox", **known(work),
        f"{_D}supported-report-set": reports(CALDAV.reports),
        f"{_C}schedule-default-calendar-URL": xml.hrefs((default,)),
        f"{_D}current-user-privilege-set": f"{_reading()}<d:privilege><cal:schedule-deliver/></d:privilege>",
    })  # fmt: skip


def outbox(work: Work) -> Node:
    """Where it is asked when others are free (RFC 6638 §2.1)."""
    privilege = "<d:privilege><cal:schedule-send/></d:privilege><d:privilege><cal:schedule-send-freebusy/></d:privilege>"
    return Node(OUTBOX, {
        f"{_D}resourcetype": "<d:collection/><cal:schedule-outbox/>", f"{_D}displayname": "outbox", **known(work),
        f"{_D}current-user-privilege-set": f"{_reading()}{privilege}",
    })  # fmt: skip
