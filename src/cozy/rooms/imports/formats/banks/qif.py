"""QIF: lines of one letter and a value, `^` after each operation. It says neither its encoding nor which way its dates go."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..reading.moments import day
from ..reading.texts import decoded
from .model import CHECK, NONE, Account, BadStatement, Operation, Statement, amount, mark_in

_TYPES = {"bank": "bank", "cash": "cash", "ccard": "credit card", "oth a": "asset", "oth l": "liability"}
_SUMS = ("T", "U", "$")  # what begins a line with a sum
_NUMBERS = re.compile(r"^\s*(\d{1,4})[/.\-](\d{1,2})")


def is_qif(head: bytes) -> bool:
    """Whether a file begins as QIF does."""
    return decoded(head[:200]).lstrip().lower().startswith(("!type:", "!account", "!option:"))


def read(raw: bytes, name: str) -> Iterator[Statement]:
    """The statements of a file, one for each account; `name` is that of an account which it does not name. Raises BadStatement."""
    text = decoded(raw)
    if not is_qif(raw):
        raise BadStatement("there is no QIF in it")
    is_month_first = _leads_with_month(text)
    mark = mark_in(line[1:] for line in text.splitlines() if line[:1] in _SUMS)
    account = Account(name)
    operations: list[Operation] = []
    unread: list[str] = []
    kind = "bank"
    for section, entries in _sections(text):
        if section == "account":
            for said in entries:
                if operations or unread:
                    yield Statement(account, operations, unread)
                    operations, unread = [], []
                account = Account(
                    said.get("N", name), label=said.get("D", ""), balance=amount(said.get("$", ""), mark),
                    type=_TYPES.get(said.get("T", "").lower(), "bank"),
                )  # fmt: skip
        elif section.removeprefix("type:") in _TYPES:
            kind = section.removeprefix("type:")
            for said in entries:
                operation = _operation(said, is_month_first, mark)
                if operation is None:
                    unread.append(" ".join(said.values())[:200])
                else:
                    operations.append(operation)
        else:
            unread.extend(" ".join(said.values())[:200] for said in entries)
    if kind != "bank" and account.type == "bank":
        account = Account(account.number, label=account.label, type=_TYPES[kind], balance=account.balance)
    yield Statement(account, operations, unread)


def _sections(text: str) -> Iterator[tuple[str, list[dict[str, str]]]]:
    name, entries, entry = "", [], {}
    for line in text.splitlines():
        if line.startswith("!"):
            if line.lower().startswith(("!option:", "!clear:")):
                continue
            if name:
                yield name, [*entries, entry] if entry else entries
            name, entries, entry = line[1:].strip().lower(), [], {}
        elif line.startswith("^"):
            if entry:
                entries.append(entry)
            entry = {}
        elif line.strip():
            entry[line[0]] = f"{entry[line[0]]}\n{line[1:].strip()}" if line[0] in entry else line[1:].strip()
    if name:
        yield name, [*entries, entry] if entry else entries


def _operation(said: dict[str, str], is_month_first: bool, mark: str) -> Operation | None:
    at = day(said.get("D", "").replace("'", "/").replace(" ", ""), is_month_first=is_month_first)
    sum_ = amount(said.get("T", "") or said.get("U", ""), mark)
    if at is None or sum_ is None:
        return None
    names = {"M": "memo", "N": "check", "L": "category", "A": "address", "S": "split"}
    return Operation(
        date=at.isoformat(),
        amount=sum_,
        label=said.get("P") or said.get("M") or said.get("L") or "",
        type=CHECK if said.get("N", "").isdigit() else NONE,
        details={name: said[letter] for letter, name in names.items() if said.get(letter)},
    )


def _leads_with_month(text: str) -> bool:
    """Which way the dates go: as one says that no other way can be read; Quicken's apostrophe before the year is American."""
    dates = [line[1:] for line in text.splitlines() if line.startswith("D")]
    pairs = [(int(found[1]), int(found[2])) for found in map(_NUMBERS.match, dates) if found]
    if any(12 < first < 32 for first, _ in pairs):
        return False
    return any(second > 12 for _, second in pairs) or any("'" in date for date in dates)
