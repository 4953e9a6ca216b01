"""Address books as tables, the way in which Google, Outlook and Thunderbird write them: a card for each line.

Heads of columns are theirs. What stands in a column that a card has no place for goes into its note, with the column's name.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping

from cozy.dav.lines import escape

from ..model import Contact, Entry, Format, Item, Match, Tree
from .making import Names, each, head
from .reading import tables

_TRIED = 16 * 1024  # bytes of a table that are looked at
_TERMS: Mapping[str, tuple[str, ...]] = {
    "first": ("first name", "given name", "prénom"), "middle": ("middle name", "additional name", "deuxième prénom"),
    "last": ("last name", "family name", "nom"), "prefix": ("name prefix", "title", "titre"), "suffix": ("name suffix", "suffix", "suffixe"),
    "full": ("name", "display name"), "nick": ("nickname", "surnom"), "birthday": ("birthday", "anniversaire"), "note": ("notes", "note"),
    "company": ("organization name", "organization 1 - name", "company", "organization", "société"),
    "department": ("organization department", "organization 1 - department", "department", "service"),
    "job": ("organization title", "organization 1 - title", "job title", "fonction"), "groups": ("labels", "group membership", "categories", "catégories"),
}  # fmt: skip
_PARTS = {term: part for part, terms in _TERMS.items() for term in terms}
_MAIL = re.compile(
    r"e-mail( \d+)? address|e-mail \d+ - value|(primary|secondary) email|adresse de messagerie( \d+)?"
)
_PHONE = re.compile(
    r"phone \d+ - value|(\w+ )?(mobile |home |business |work |other |primary |car |main )(phone|number)( \d+)?"
    r"|((business|home|other) )?fax( number)?|tél\. mobile|téléphone \([^)]*\)( \d+)?|télécopie \([^)]*\)"
)
_ADDRESS = re.compile(
    r"(address \d+|home|business|work|other)(?: -)? (street|address|address 2|extended address|po box|city|region|state|postal code|zipcode|country)"
    r"(/region)?"
)
_PLACES = {  # of a part in ADR (RFC 2426 §3.2.1)
    "po box": 0, "extended address": 1, "address 2": 1, "street": 2, "address": 2, "city": 3, "region": 4, "state": 4, "postal code": 5,
    "zipcode": 5, "country": 6,
}  # fmt: skip
_WEB = re.compile(r"website \d+ - value|(personal )?web page( \d+)?|page web( personnelle)?")
_LABEL = re.compile(r"(e-mail|phone|website|address) \d+ - (label|type|formatted)|birth (year|month|day)")
_MANY = re.compile(r"\s*:::\s*|;")
_TYPES = (("fax", "FAX"), ("télécopie", "FAX"), ("mobile", "CELL"), ("cell", "CELL"), ("home", "HOME"), ("domicile", "HOME"),
          ("work", "WORK"), ("business", "WORK"), ("bureau", "WORK"))  # fmt: skip
_MARKS = (
    {"first name", "last name", "e-mail address"}, {"prénom", "nom", "adresse de messagerie"}, {"display name", "primary email"},
    {"e-mail 1 - value"}, {"phone 1 - value"},
)  # fmt: skip
_DAY = re.compile(r"(\d{4}|-)-(\d\d)-(\d\d)")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_NO_DAY = {"0/0/00", "0/0/0"}


def recognise(tree: Tree) -> Match | None:
    """Tables whose heads are those of one of these programs."""
    found = tuple(entry.name for entry in tree.ending(".csv", ".tsv") if _is_one(tree, entry))
    return Match(under=found) if found else None


def _is_one(tree: Tree, entry: Entry) -> bool:
    first = next(tables.rows(io.BytesIO(head(tree, entry, _TRIED))), [])
    heads = {_term(cell) for cell in first}
    return any(marks <= heads for marks in _MARKS)


def _term(cell: str) -> str:
    return " ".join(cell.split()).casefold()


def items(tree: Tree, match: Match) -> Iterator[Item]:
    """A card for each line that says anything."""
    names = Names()
    return each(tree, list(tree.entries), lambda tree, entry: _people(tree, entry, names))


def _people(tree: Tree, entry: Entry, names: Names) -> Iterator[Item]:
    with tree.open(entry.name) as stream:
        for row in tables.records(stream):
            said = {
                title: value.replace("\r\n", "\n").replace("\r", "\n")
                for title, value in row.items()
                if value
            }
            if lines := card(said):
                text = "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", *lines, "END:VCARD", ""])
                yield Contact(source=names.of(text), name=entry.name, card=text)


def card(row: Mapping[str, str]) -> list[str]:
    """What a line of a table says, as lines of a card."""
    parts: dict[str, str] = {}
    lines: list[str] = []
    addresses: dict[str, list[str]] = {}
    rest: list[str] = []
    terms = {_term(title): value for title, value in row.items()}
    for title, value in row.items():
        term = _term(title)
        if term in _PARTS:
            parts[_PARTS[term]] = value
        elif _MAIL.fullmatch(term):
            lines += [f"EMAIL{_type(term, terms)}:{escape(each)}" for each in _several(value)]
        elif _PHONE.fullmatch(term):
            lines += [f"TEL{_type(term, terms)}:{escape(each)}" for each in _several(value)]
        elif found := _ADDRESS.fullmatch(term):
            addresses.setdefault(found[1], [""] * 7)[_PLACES[found[2]]] = value
        elif _WEB.fullmatch(term):
            lines += [f"URL:{''.join(each.split())}" for each in value.split(" ::: ")]
        elif not _LABEL.fullmatch(term):
            rest.append(f"{title}: {value}")
    for whose, address in addresses.items():
        lines.append(f"ADR{_type(f'{whose} - ', terms)}:{';'.join(map(escape, address))}")
    lines += _of_person(parts, _birthday(parts, terms, rest), rest)
    named = _named(parts, terms)
    return [*named, *lines] if named else []


def _several(value: str) -> list[str]:
    return [each for each in _MANY.split(value) if each]


def _type(term: str, terms: Mapping[str, str]) -> str:
    """`;TYPE=HOME`: by the column's own name, or by that beside it which says so."""
    of = term.partition(" - ")[0]
    said = _term(f"{terms.get(f'{of} - label', '')} {terms.get(f'{of} - type', '')} {term}")
    return next((f";TYPE={type_}" for word, type_ in _TYPES if word in said), "")


def _named(parts: Mapping[str, str], terms: Mapping[str, str]) -> list[str]:
    steps: list[str] = [parts.get(part, "") for part in ("prefix", "first", "middle", "last", "suffix")]
    full = (
        parts.get("full")
        or " ".join(each for each in steps if each)
        or parts.get("nick")
        or parts.get("company", "")
    )
    if not full:
        full = next(
            (value for term, value in terms.items() if _MAIL.fullmatch(term) or _PHONE.fullmatch(term)), ""
        )
    prefix, first, middle, last, suffix = map(escape, steps)
    return [f"N:{last};{first};{middle};{prefix};{suffix}", f"FN:{escape(full)}"] if full else []


def _of_person(parts: Mapping[str, str], birthday: str, rest: list[str]) -> Iterator[str]:
    company, department = parts.get("company", ""), parts.get("department", "")
    if company or department:
        yield f"ORG:{escape(company)}" + (f";{escape(department)}" if department else "")
    for part, name in (("job", "TITLE"), ("nick", "NICKNAME")):
        if part in parts:
            yield f"{name}:{escape(parts[part])}"
    groups = [
        each.lstrip("* ") for each in _several(parts.get("groups", "")) if each.strip("* ") != "myContacts"
    ]
    if groups:
        yield f"CATEGORIES:{','.join(map(escape, groups))}"
    if birthday:
        yield f"BDAY:{birthday}"
    note = [*([parts["note"]] if "note" in parts else []), *rest]
    if note:
        yield f"NOTE:{escape(chr(10).join(note))}"


def _birthday(parts: Mapping[str, str], terms: Mapping[str, str], rest: list[str]) -> str:
    """The day, where it can be read in one way only; else it is told in the note."""
    year, month, day = (terms.get(f"birth {part}", "") for part in ("year", "month", "day"))
    if month.isdecimal() and day.isdecimal():
        return f"{year if year.isdecimal() else '-'}-{int(month):02}-{int(day):02}"
    said = parts.get("birthday", "").strip()
    if _DAY.fullmatch(said):
        return said
    if (found := _SLASHED.fullmatch(said)) and (
        int(found[1]) > 12 or int(found[2]) > 12 or found[1] == found[2]
    ):
        month, day = sorted((int(found[1]), int(found[2])))
        return f"{found[3]}-{month:02}-{day:02}"
    if said and said not in _NO_DAY:
        rest.append(f"Birthday: {said}")
    return ""


FORMAT = Format(name="addresses", title="Address book (CSV)", recognise=recognise, items=items)
