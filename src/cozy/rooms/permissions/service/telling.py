"""Rules as people are told of them, and what they choose of them: no words, only the facts that words are made of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from cozy.kernel.caller import VERBS, Caller, Verb
from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.homes import service as homes

from ..errors import BadEnd
from ..model import Rule, grant_of
from .decision import may

DOES: Mapping[Verb, str] = {
    "GET": "see",
    "POST": "add",
    "PUT": "change",
    "PATCH": "change",
    "DELETE": "delete",
}
ENDS = ("", "1", "7", "30", "365", "date")  # days from now; "" for no end
NAMED_BY = ("name", "title", "label", "fullname", "displayName")
WHOLE = frozenset({"io.cozy.files.root-dir"})  # what holds everything else of its doctype
PRIVATE = (
    "io.cozy.files",
    "io.cozy.contacts",
    "io.cozy.calendar.events",
    "com.bitwarden.ciphers",
    "io.cozy.bank.operations",
)


class Named(Struct, frozen=True):
    """One document, or one value, that a rule is limited to. name: "" when it has none."""

    value: str
    name: str = ""


class Line(Struct, frozen=True):
    """One rule: what may be seen, added, changed, deleted, and which documents only.

    selector: the field whose value `only` speaks of; "" for the documents themselves. why: as who asks says.
    """

    title: str
    doctype: str
    does: tuple[str, ...]  # of see, add, change, delete
    only: tuple[Named, ...] = ()
    selector: str = ""
    why: str = ""

    @property
    def only_sees(self) -> bool:
        """Whether nothing changes by it."""
        return self.does == ("see",)


def lines(work: Work, rules: Mapping[str, Rule]) -> list[Line]:
    """What these rules allow, one line each."""
    return [_line(work, title, rule) for title, rule in rules.items()]


def _line(work: Work, title: str, rule: Rule) -> Line:
    verbs = grant_of(rule).verbs
    does = tuple(dict.fromkeys(DOES[verb] for verb in verbs))
    selector = "" if rule.selector in {"id", "_id"} else rule.selector
    only = () if not selector and WHOLE & set(rule.values) else _named(work, rule, selector)
    return Line(title, rule.doctype, does, only, selector, rule.description)


def _named(work: Work, rule: Rule, selector: str) -> tuple[Named, ...]:
    if selector or not rule.values:
        return tuple(Named(value) for value in rule.values)
    found = documents.fetch_many(work, rule.doctype, rule.values)
    return tuple(Named(value, _name(found[value].body) if value in found else "") for value in rule.values)


def _name(body: Mapping[str, object]) -> str:
    return next((said for key in NAMED_BY if isinstance(said := body.get(key), str) and said), "")


def out_of_sight(rules: Mapping[str, Rule]) -> list[str]:
    """The most private doctypes that these rules do not reach at all."""
    holder = Caller("app", tuple(grant_of(rule) for rule in rules.values()))
    return [doctype for doctype in PRIVATE if not any(may(holder, verb, doctype) for verb in VERBS)]


def narrowed(
    rules: Mapping[str, Rule], keep: Collection[str], see_only: Collection[str] = ()
) -> dict[str, Rule]:
    """Of these rules, those whose titles are kept; of some of them, only leave to see."""
    kept = {title: rule for title, rule in rules.items() if title in keep}
    return {title: replace(rule, verbs=("GET",)) if title in see_only and "GET" in grant_of(rule).verbs else rule
            for title, rule in kept.items()}  # fmt: skip


def end_of(work: Work, choice: str, day: str = "") -> str:
    """The end that the owner chose, as a permission keeps it: one of ENDS, with a `day` (2026-08-03) for "date".

    A grant that ends on a day lasts until its midnight, where the owner lives. Raises BadEnd.
    """
    if choice not in ENDS:
        raise BadEnd(parameter="end")
    if choice != "date":
        return iso(work.now + timedelta(days=int(choice))) if choice else ""
    zone = ZoneInfo(homes.profile(work).tz)
    try:
        end = datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), zone)
    except (ValueError, OverflowError) as error:
        raise BadEnd(parameter="day") from error
    if end <= work.now:
        raise BadEnd(parameter="day")
    return iso(end)


def last_day(work: Work, moment: datetime) -> date:
    """The day, where the owner lives, until whose midnight a grant lasts that ends then."""
    return (moment - timedelta(microseconds=1)).astimezone(ZoneInfo(homes.profile(work).tz)).date()
