"""The form of a person: what a card holds as fields, and what was typed as members of a document.

Entries of which there are several keep what other apps wrote in them: each row knows which entry it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from starlette.datastructures import FormData

from cozy.ui import N_, Words
from cozy.web.forms import stripped, texts

from ..model import dates, labels, messengers
from ..model.labels import Label
from ..model.people import group_ids, in_groups
from .cards import kind_of, lines_of, said, several

_canonical = msgspec.json.Encoder(order="sorted").encode
MOST = 50  # rows of one sort
NAMES = ("namePrefix", "givenName", "additionalName", "familyName", "nameSuffix")
PLAIN = ("nickname", "company", "department", "jobTitle", "note")
KEPT = "as it is"  # the kind of an entry whose word is not among ours
OWN = "own"  # the kind that the owner names with a word of their own
_PLACES = {"home": Label("home"), "work": Label("work"), "other": Label("", "other")}
_PHONES = {
    "cell": Label("", "cell"), "home": Label("home", "voice"), "work": Label("work", "voice"), "cell-work": Label("work", "cell"),
    "fax": Label("", "fax"), "other": Label("", "other"),
}  # fmt: skip


class Sort(Struct, frozen=True):
    """What there can be several of. parts: its fields; the first says whether a row says anything."""

    key: str
    member: str
    parts: tuple[str, ...]
    kinds: Mapping[str, Label] = {}


SORTS = (
    Sort("phone", "phone", ("number",), _PHONES),
    Sort("email", "email", ("address",), _PLACES),
    Sort("address", "address", ("street", "postcode", "city", "region", "country"), _PLACES),
    Sort("impp", "impp", ("uri", "service"), _PLACES),
    Sort("cozy", "cozy", ("url",)),
    Sort("link", "website", ("url",), _PLACES),
)


class Line(Struct, frozen=True):
    """One row of a sort. was: the mark of the entry of the card that it was, "" for a new one; kinds: what it can be;
    word: what it is in the owner's own word, where its kind is OWN.
    """

    was: str
    kind: str
    parts: Mapping[str, str]
    kinds: Sequence[tuple[str, str]]
    word: str = ""


class Values(Struct, frozen=True):
    """What the fields of the form hold."""

    name: Mapping[str, str]
    plain: Mapping[str, str]
    birth: Mapping[str, str]  # day, month, year
    lines: Mapping[str, Sequence[Line]]  # by the key of their sort
    groups: frozenset[str]
    book: str  # id of the address book


def of_card(words: Words, body: Mapping[str, Any], book: str) -> Values:
    """The fields of a card, which is in that address book."""
    year, month, day = dates.parts(said(body, "birthday")) or (None, "", "")
    return Values(
        _names(body),
        {member: said(body, member) for member in PLAIN},
        {"day": str(day), "month": str(month), "year": f"{year:04}" if year else ""},
        {sort.key: [_line(words, sort, entry) for entry in several(body, sort.member)] for sort in SORTS},
        frozenset(group_ids(body)), book,
    )  # fmt: skip


def empty_line(words: Words, sort: Sort) -> Line:
    """A new row of a sort."""
    return Line("", next(iter(sort.kinds), ""), dict.fromkeys(sort.parts, ""), _kinds(words, sort))


def typed(words: Words, form: FormData, body: Mapping[str, Any]) -> Values:
    """What was typed; body: the card as it was."""
    return Values(
        {member: stripped(form, member) for member in NAMES},
        {member: stripped(form, member) for member in PLAIN},
        {part: stripped(form, f"birth_{part}") for part in ("day", "month", "year")},
        {sort.key: _typed_lines(words, form, sort, body) for sort in SORTS},
        frozenset(texts(form, "groups")),
        stripped(form, "book"),
    )


def changed_rows(words: Words, values: Values, wish: str) -> Values:
    """The same with one row more or less. wish: `add:phone`, `remove:phone:1`."""
    verb, _, rest = wish.partition(":")
    key, _, place = rest.partition(":")
    sort = next((each for each in SORTS if each.key == key), None)
    if sort is None:
        return values
    rows = list(values.lines[key])
    if verb == "add" and len(rows) < MOST:
        rows.append(empty_line(words, sort))
    elif verb == "remove" and place.isdecimal() and int(place) < len(rows):
        del rows[int(place)]
    return replace(values, lines={**values.lines, key: rows})


def members(values: Values, body: Mapping[str, Any], groups: Collection[str]) -> dict[str, Any]:
    """The members of a card that the form is about; None for one that goes. body: the card as it was; groups: ids of all."""
    name = {**_name(body), **values.name}
    out: dict[str, Any] = {"name": {key: value for key, value in name.items() if value} or None}
    out |= {member: value or None for member, value in values.plain.items()}
    out["birthday"] = _born(values) or None
    out |= {
        sort.member: _entries(sort, values.lines[sort.key], _marked(body, sort)) or None for sort in SORTS
    }
    out["relationships"] = _related(values, body, groups)
    return out


def _related(values: Values, body: Mapping[str, Any], groups: Collection[str]) -> Any:
    """What somebody is related to, in those groups that are ticked; what is no group of ours stays."""
    was = group_ids(body)
    kept = [each for each in was if each in values.groups or each not in groups]
    now = [*kept, *(each for each in groups if each in values.groups and each not in was)]
    return in_groups(body, now).get("relationships") if now != was else body.get("relationships")


def wrong(values: Values) -> dict[str, str]:
    """Sentences (msgids) about fields that cannot be kept, by field."""
    faults: dict[str, str] = {}
    reached = [line for key in ("phone", "email") for line in values.lines[key] if any(line.parts.values())]
    if not any([*values.name.values(), values.plain["nickname"], values.plain["company"], reached]):
        faults["givenName"] = N_("Give a name, a company, a phone number or a mail address.")
    if any(values.birth.values()) and not _born(values):
        faults["birth"] = N_("There is no such day. Leave the year empty when you do not know it.")
    for n, line in enumerate(values.lines["email"]):
        address = line.parts["address"]
        if address and ("@" not in address or any(c.isspace() for c in address)):
            faults[f"email-{n}"] = N_("A mail address has an @ in it, and no spaces.")
    return faults


def _born(values: Values) -> str:
    """The birthday as documents spell it; "" for no such day."""
    day, month, year = (values.birth[part] for part in ("day", "month", "year"))
    if not (day.isdecimal() and month.isdecimal() and (not year or (year.isdecimal() and len(year) == 4))):
        return ""
    return dates.day_of(f"{year or '--'}{'-' if year else ''}{int(month):02}-{int(day):02}")


def _name(body: Mapping[str, Any]) -> dict[str, Any]:
    found = body.get("name")
    return found if isinstance(found, dict) else {}


def _names(body: Mapping[str, Any]) -> dict[str, str]:
    """The parts of the name; of one that is known as a whole only, the last word is taken for the family's."""
    parts = {member: said(_name(body), member) for member in NAMES}
    whole = said(body, "fullname") or said(body, "displayName")
    if any(parts.values()) or not whole or whole == said(body, "company"):
        return parts
    given, _, family = whole.rpartition(" ")
    return parts | ({"givenName": given, "familyName": family} if given else {"givenName": family})


def _kinds(words: Words, sort: Sort) -> list[tuple[str, str]]:
    ours = [(key, kind_of(words, label.members())) for key, label in sort.kinds.items()]
    return [*ours, (OWN, words.gettext(N_("In my own word")))] if ours else []


def _kind(sort: Sort, entry: Mapping[str, Any]) -> str:
    """The key of what an entry is; "" for what is none of ours."""
    label = labels.of_entry(entry)
    alike = {(each.label, each.kind): key for key, each in sort.kinds.items()}
    return alike.get((label.label, label.kind)) or alike.get((label.label, label.kind or "voice"), "")


def _mark(entry: Mapping[str, Any]) -> str:
    """What tells an entry from others, wherever it stands meanwhile."""
    return hashlib.sha256(_canonical(entry)).hexdigest()[:16]


def _marked(body: Mapping[str, Any], sort: Sort) -> dict[str, Mapping[str, Any]]:
    return {_mark(entry): entry for entry in several(body, sort.member)}


def _line(words: Words, sort: Sort, entry: Mapping[str, Any], kind: str = "", word: str = "") -> Line:
    """The row of an entry. kind, word: what was chosen meanwhile."""
    kinds, ours = _kinds(words, sort), _kind(sort, entry)
    known = kind_of(words, entry)
    if not ours and kinds:
        kinds = [(KEPT, known or words.gettext(N_("Not said"))), *kinds]
    return Line(_mark(entry), kind or ours or KEPT, _shown(sort, entry), kinds, word)


def _shown(sort: Sort, entry: Mapping[str, Any]) -> dict[str, str]:
    """The fields of an entry; of a messenger the name there, without what its address begins with."""
    parts = {part: said(entry, part) for part in sort.parts}
    if sort.key == "address" and not any(parts.values()):
        parts["street"] = "\n".join(lines_of(entry))
    if sort.key == "impp" and parts["service"]:
        parts["uri"] = parts["uri"].removeprefix(f"{messengers.scheme(parts['service'])}:")
    return parts


def _told(sort: Sort, parts: Mapping[str, str]) -> dict[str, str]:
    """The members that fields are."""
    found = {part: value for part, value in parts.items() if value}
    if sort.key == "impp":
        found["uri"] = messengers.address(parts["uri"], parts["service"])
    return found


def _typed_lines(words: Words, form: FormData, sort: Sort, body: Mapping[str, Any]) -> list[Line]:
    entries = _marked(body, sort)
    columns = [texts(form, f"{sort.key}_{part}") for part in ("was", "kind", "word", *sort.parts)]
    lines = []
    for was, kind, word, *parts in list(zip_longest(*columns, fillvalue=""))[:MOST]:
        typed_parts = dict(zip(sort.parts, (part.strip() for part in parts), strict=True))
        if was in entries:
            kept = _line(words, sort, entries[was], kind, word.strip())
            lines.append(replace(kept, parts=typed_parts))
        else:
            lines.append(Line("", kind, typed_parts, _kinds(words, sort), word.strip()))
    return lines


def _entries(
    sort: Sort, lines: Sequence[Line], before: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """What the rows say, with what other apps wrote beside it; the first is the preferred one where that one went."""
    out = [_entry(sort, line, before) for line in lines if _says_something(sort, line)]
    was_said = not before or any(each.get("primary") for each in before.values())
    if out and was_said and not any(each.get("primary") for each in out):
        out[0]["primary"] = True
    return out


def _says_something(sort: Sort, line: Line) -> bool:
    return bool(line.parts["uri"]) if sort.key == "impp" else any(line.parts.values())


def _entry(sort: Sort, line: Line, before: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    entry = dict(before.get(line.was, {}))
    if _shown(sort, entry) != line.parts:
        entry.pop("formattedAddress", None)
        entry = {key: value for key, value in entry.items() if key not in sort.parts}
        entry |= _told(sort, line.parts)
    label = Label("", line.word) if line.kind == OWN and line.word else sort.kinds.get(line.kind)
    if label is not None and (line.kind == OWN or line.kind != _kind(sort, entry)):
        entry = {key: value for key, value in entry.items() if key not in {"label", "type"}}
        entry |= label.members()
    return entry
