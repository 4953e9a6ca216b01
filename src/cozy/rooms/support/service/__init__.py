"""Help by the host: opened, looked for, ended."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from cozy.kernel.caller import Caller
from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.model import Document, Listing, Span
from cozy.rooms.homes import service as homes
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Permission, Rule
from cozy.rooms.permissions.service.links import Wanted

from ..errors import NoHelp, NothingChosen
from ..model import KINDS, LIVES, MARK, Opened

PAGE = 50


def open_(work: Work, kinds: Sequence[str], life: str, host: str) -> Permission:
    """Let the host look at some kinds of documents, for a while, in place of what it could look at before.

    host: as what it is called in the journal. Raises NothingChosen.
    """
    chosen = [doctype for kind, doctypes in KINDS.items() if kind in kinds for doctype in doctypes]
    if not chosen or life not in LIVES:
        raise NothingChosen(parameter="life" if chosen else "kinds")
    end(work)
    rules = {doctype: Rule(doctype, ("GET",)) for doctype in chosen}
    wanted = Wanted(
        rules=rules, labels=("host",), expires_at=iso(work.now + LIVES[life]), metadata={MARK: True}, title=host, look_only=True
    )  # fmt: skip
    return permissions.links.make(work, wanted)


def code_of(link: Permission) -> str:
    """What is in the address of help."""
    (code,) = link.shortcodes.values()
    return code


def now(work: Work) -> Permission | None:
    """The help that is open; None where there is none."""
    return next((link for link in _all(work) if not permissions.has_ended(work, link)), None)


def end(work: Work) -> None:
    """Let the host look at nothing any more, whichever help the host's list says is open: it may not know of all."""
    for link in _all(work):
        permissions.withdraw(work, link)


def _all(work: Work) -> list[Permission]:
    return [each for each in permissions.all_(work) if each.is_link and each.metadata.get(MARK)]


def note(work: Work, domain: str, code: str, until: str) -> None:
    """Say on the host's list where help is open; "" for nowhere any more. Raises NoHome."""
    found = homes.held(work, domain)
    homes.change(work, domain, hosted=replace(found.hosted, help_code=code, help_until=until))


def opened(work: Work, code: str) -> Opened:
    """What a code opens at this moment, for whoever has it. Raises NoHelp."""
    link = _marked(work, code)
    if link is None or permissions.has_ended(work, link):
        raise NoHelp
    caller = Caller("share", permissions.opened_by(work, link), name=link.id, permission=link.id)
    return Opened(code, link, caller, homes.profile(work).public_name)


def _marked(work: Work, code: str) -> Permission | None:
    link = permissions.of_code(work, code) if code else None
    return link if link and link.metadata.get(MARK) and code in link.shortcodes.values() else None


def counts(work: Work, opened: Opened) -> list[tuple[str, int]]:
    """How many documents there are of each doctype that may be looked at."""
    return [(doctype, documents.lists.living(work, doctype)) for doctype in opened.doctypes]


def listed(work: Work, doctype: str, skip: int) -> Listing:
    """Documents of a doctype, a page at a time, as who asks may see them. Raises NotAllowed."""
    return documents.lists.everything(work, doctype, Span(limit=PAGE, skip=skip), whole=True)


def one(work: Work, doctype: str, id_: str) -> Document:
    """What a document holds, as apps are told. Raises NotAllowed, NoDocument."""
    found, leaf = documents.single.read(work, doctype, id_)
    return replace(found, body=leaf.body)
