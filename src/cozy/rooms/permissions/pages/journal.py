"""The journal: the ledger in words, a line for each holder, kind of document and verb of a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import groupby
from typing import cast
from urllib.parse import urlencode

from msgspec import Struct
from starlette.datastructures import FormData
from starlette.responses import Response

from cozy import ui
from cozy.kernel.caller import Kind, Verb
from cozy.kernel.clock import parse
from cozy.kernel.ledger import WATCHED
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.ui import N_
from cozy.web.call import Call
from cozy.web.pages import done, page

from .. import service
from ..model.ledger import Entry, Holder, Picked, holder_of
from .door import ACCESS, routes, words

JOURNAL = f"{ACCESS}/journal"
LINES = 200  # of one page
_DID: Mapping[Verb, str] = {
    "GET": N_("%(who)s read %(what)s"), "POST": N_("%(who)s added %(what)s"), "PUT": N_("%(who)s changed %(what)s"),
    "PATCH": N_("%(who)s changed %(what)s"), "DELETE": N_("%(who)s deleted %(what)s"),
}  # fmt: skip
_NAMELESS: Mapping[str, str] = {
    "app": N_("An app"), "konnector": N_("A connector"), "client": N_("A device"), "device": N_("A device"), "cli": N_("The command line"), "share": N_("A link"),
}  # fmt: skip


class Told(Struct, frozen=True):
    """A line of the journal."""

    text: str
    doctype: str
    at: datetime  # of the last time on that day


class Choice(Struct, frozen=True):
    """What the reader asks for: `who` as `app:recipes`, a day; "" for all."""

    who: str = ""
    day: str = ""

    @property
    def picked(self) -> Picked:
        """The lines that are meant."""
        kind, _, name = self.who.partition(":")
        return Picked(holder=Holder(cast(Kind, kind), name) if kind else None, since=self.day, until=self.day)

    def query(self, **more: str) -> str:
        """The same, for an address."""
        return urlencode(
            {name: value for name, value in {"who": self.who, "day": self.day, **more}.items() if value}
        )

    def export(self, form: str) -> str:
        """Where the same lines are as a file."""
        kind, _, name = self.who.partition(":")
        asked = {"as": form, "kind": kind, "name": name, "since": self.day, "until": self.day}
        return "/permissions/ledger/export?" + urlencode(
            {name: value for name, value in asked.items() if value}
        )


def _choice(given: Mapping[str, object]) -> Choice:
    """What can be understood of what was asked."""
    who, day = str(given.get("who", "")), str(given.get("day", ""))
    try:
        day = date.fromisoformat(day).isoformat() if day else ""
    except ValueError:
        day = ""
    return Choice(who if who.partition(":")[0] in WATCHED else "", day)


@routes.on("GET", JOURNAL, OWNER)
async def journal(call: Call) -> Response:
    """Who read or wrote how much of what, when; who, day, skip. 200."""
    await service.ledger.flush_home(call.house, call.home)
    return await call.scan(_journal, call, _choice(call.request.query_params))


def _journal(work: Work, call: Call, choice: Choice) -> Response:
    skip = int(call.query("skip")) if call.query("skip").isdecimal() and len(call.query("skip")) < 9 else 0
    found = service.ledger.entries(work, choice.picked, skip=skip, limit=LINES + 1)
    names = _names(work)
    older = f"{JOURNAL}?{choice.query(skip=str(skip + LINES))}" if len(found) > LINES else ""
    return page(
        work, call, "permissions/journal.html", room="access", days=_days(work, found[:LINES], names), choice=choice,
        holders=sorted(((_key(holder), name) for holder, name in names.items()), key=lambda pair: pair[1].casefold()),
        older=older,
    )  # fmt: skip


def _key(holder: Holder) -> str:
    return f"{holder.kind}:{holder.name}"


def _names(work: Work) -> dict[Holder, str]:
    """Everybody who is in the ledger, by the name that people know."""
    known = {holder_of(each): each.title for each in service.all_(work)}
    return {
        holder: name_of(words(work), holder, known.get(holder, ""))
        for holder in service.ledger.last_accesses(work)
    }


def name_of(said: ui.Words, holder: Holder, title: str) -> str:
    """What a holder is called: by its title, else by what it is."""
    if title or holder.kind not in {"app", "konnector"}:
        return title or said.gettext(_NAMELESS.get(holder.kind, _NAMELESS["app"]))
    return holder.name.replace("-", " ").capitalize() or said.gettext(_NAMELESS[holder.kind])


def _days(work: Work, entries: Iterable[Entry], names: Mapping[Holder, str]) -> list[tuple[date, list[Told]]]:
    said = words(work)
    return [
        (date.fromisoformat(day), [told(said, entry, names) for entry in group])
        for day, group in groupby(entries, lambda e: e.day)
    ]


def told(said: ui.Words, entry: Entry, names: Mapping[Holder, str]) -> Told:
    """A line of the ledger as a sentence."""
    holder = Holder(entry.kind, entry.name)
    who = entry.title or names.get(holder) or name_of(said, holder, "")
    called = ui.doctypes.called(said, entry.doctype)
    if not entry.documents:
        text = said.gettext(N_("%(who)s looked at %(what)s"), who=who, what=called.yours)
    else:
        text = said.gettext(_DID[entry.verb], who=who, what=called.counted(entry.documents))
    return Told(text, entry.doctype, parse(entry.last_at))


@routes.on("GET", f"{JOURNAL}/delete", OWNER)
async def ask_to_forget(call: Call) -> Response:
    """Shall these lines go? 200."""
    return await call.scan(_ask_to_forget, call, _choice(call.request.query_params))


def _ask_to_forget(work: Work, call: Call, choice: Choice) -> Response:
    kind, _, name = choice.who.partition(":")
    who = _names(work).get(Holder(cast(Kind, kind), name), "") if kind else ""
    day = date.fromisoformat(choice.day) if choice.day else None
    return page(work, call, "permissions/forget.html", room="access", choice=choice, who=who, day=day)


@routes.on("POST", f"{JOURNAL}/delete", OWNER)
async def forget(call: Call, form: FormData) -> Response:
    """Delete these lines for good. 303."""
    await service.ledger.flush_home(call.house, call.home)
    choice = _choice(form)
    number = await call.write(service.ledger.forget, choice.picked)
    said = await call.read(words)
    return done(call, JOURNAL, said.ngettext("%(num)s line deleted.", "%(num)s lines deleted.", number))
