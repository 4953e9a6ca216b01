"""LinkedIn: the people that somebody knows there, and what was written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ...model import Contact, Entry, Format, Item, Match, Tree
from ..making import Names, activity, each, message
from ..reading import moments, tables

_TABLES = {
    "Connections.csv",
    "messages.csv",
    "Shares.csv",
    "Comments.csv",
    "Reactions.csv",
    "Invitations.csv",
}
_MARKS = {"Connections.csv", "messages.csv"}


def recognise(tree: Tree) -> Match | None:
    """Its tables, where those are there that nobody else calls so."""
    found = [entry for entry in tree.ending(".csv") if entry.base in _TABLES]
    return (
        Match(under=tuple(entry.name for entry in found))
        if _MARKS & {entry.base for entry in found}
        else None
    )


def items(tree: Tree, match: Match) -> Iterator[Item]:
    """A person for each connection, a document for each message, share, comment and reaction."""
    names = Names()
    return each(tree, list(tree.entries), lambda tree, entry: _rows(tree, entry, names))


def _rows(tree: Tree, entry: Entry, names: Names) -> Iterator[Item]:
    needed = {
        "Connections.csv": ("First Name", "Last Name"),
        "messages.csv": ("FROM", "CONTENT"),
        "Invitations.csv": ("From", "To"),
    }
    with tree.open(entry.name) as stream:
        for row in tables.records(stream, *needed.get(entry.base, ("Date",))):
            if entry.base == "Connections.csv":
                yield from _contact(names, entry, row)
            elif entry.base == "messages.csv":
                yield message(
                    names, entry.name, "LinkedIn", row.get("CONVERSATION TITLE") or row.get("TO", "") or row.get("FROM", ""),
                    moments.from_iso(row.get("DATE")), row.get("FROM", ""), row.get("CONTENT", ""),
                    thread=row.get("CONVERSATION ID", ""), to=row.get("TO", ""), subject=row.get("SUBJECT", ""),
                )  # fmt: skip
            elif entry.base == "Invitations.csv":
                title = f"{row.get('From', '')} → {row.get('To', '')}"
                yield activity(
                    names,
                    entry.name,
                    "LinkedIn",
                    moments.from_words(row.get("Sent At", "")),
                    title,
                    "invited",
                    text=row.get("Message", ""),
                )
            else:
                title = row.get("ShareCommentary") or row.get("Message") or row.get("Type") or ""
                kind = {"Shares.csv": "published", "Comments.csv": "commented"}.get(entry.base, "reacted")
                yield activity(
                    names,
                    entry.name,
                    "LinkedIn",
                    moments.from_iso(row.get("Date")),
                    title,
                    kind,
                    url=row.get("ShareLink") or row.get("Link") or "",
                )


def _contact(names: Names, entry: Entry, row: Mapping[str, str]) -> Iterator[Item]:
    first, last, url = row.get("First Name", ""), row.get("Last Name", ""), row.get("URL", "")
    if not (first or last):
        return
    lines = [
        "BEGIN:VCARD", "VERSION:3.0", f"N:{_escaped(last)};{_escaped(first)};;;", f"FN:{_escaped(f'{first} {last}'.strip())}",
        *(f"{name}:{_escaped(row[column])}" for name, column in (("EMAIL", "Email Address"), ("ORG", "Company"), ("TITLE", "Position")) if row.get(column)),
        *([f"URL:{url}"] if url else []), "CATEGORIES:LinkedIn", "END:VCARD",
    ]  # fmt: skip
    yield Contact(
        source=names.of("connection", url or f"{first} {last}"),
        name=entry.name,
        card="\r\n".join(lines) + "\r\n",
    )


def _escaped(text: str) -> str:
    return re.sub(r"([\\,;])", r"\\\1", text).replace("\n", "\\n")


FORMAT = Format(name="linkedin", title="LinkedIn", recognise=recognise, items=items)
