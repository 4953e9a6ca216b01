"""What a statement of a bank says, whatever format it came in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

NONE, CARD, CASH, CHECK, TRANSFER = "none", "credit card", "cash", "check", "transfer"
DEBIT_CARD, DEPOSIT, FEE, DIRECT_DEBIT = "debit card", "deposit", "financial fee", "direct debit"

_MARKS = re.compile(r"(\d*)([.,])(\d+)")
_OTHER = {",": ".", ".": ","}
_IBAN = re.compile(r"^[A-Z]{2}\d{2}[A-Z0-9]{10,30}$")


class BadStatement(ValueError):
    """This is not a statement in the format that its name promises."""


@dataclass(frozen=True, slots=True)
class Account:
    """The account that a statement is about; the number is what its operations are told apart by."""

    number: str
    currency: str = ""
    institution: str = ""
    label: str = ""
    type: str = "bank"
    balance: Decimal | None = None
    balance_at: str = ""  # a date

    @property
    def iban(self) -> str:
        """The number, where it is an IBAN."""
        plain = self.number.replace(" ", "").upper()
        return plain if _IBAN.match(plain) else ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of a statement. Money that left is negative."""

    date: str  # of the booking, `2026-01-31`
    amount: Decimal
    label: str
    currency: str = ""
    value_date: str = ""
    reference: str = ""  # the bank's own name of it; empty where it gives none
    type: str = NONE
    details: dict[str, str] = field(
        default_factory=dict
    )  # what else the format says: counterparty, category, memo…


@dataclass(frozen=True, slots=True)
class Statement:
    """An account, its operations, and what could not be read of them."""

    account: Account
    operations: list[Operation]
    unread: list[str] = field(default_factory=list)


def mark_in(texts: Iterable[str]) -> str:
    """The decimal mark of sums that were written alike, `,` or `.`; "" where they differ, or nothing tells it, as `1,234` alone does not.

    Beside sums without any, such as `12`, a single mark before three digits is one of thousands.
    """
    said = [text for text in texts if any(map(str.isdigit, text))]
    if marks := {_mark(text) for text in said} - {""}:
        return marks.pop() if len(marks) == 1 else ""
    lone = {found[0][1] for text in said if (found := _MARKS.findall(text))}
    is_some_bare = any(not _MARKS.search(text) for text in said)
    return _OTHER[lone.pop()] if len(lone) == 1 and is_some_bare else ""


def _mark(text: str) -> str:
    found = _MARKS.findall(text)
    if not found:
        return ""
    before, mark, after = found[-1]
    is_only = len(found) == 1
    if len({each[1] for each in found}) == 2 or (is_only and (len(after) != 3 or before == "0")):
        return str(mark)
    return "" if is_only else _OTHER[mark]


def amount(text: str, mark: str = "") -> Decimal | None:
    """A sum as people and banks write it: `1 234,56`, `1.234,56`, `-1,234.56`, `(12.00)`, `12.00-`, `1'234.50`, `12,5 €`.

    mark: the decimal mark of those around it, by which `1,234` is told: see `mark_in`.
    """
    marks = _MARKS.findall(text) if mark else []
    if len(marks) == 1 and marks[0][1] != mark and len(marks[0][2]) == 3:
        text = text.replace(marks[0][1], "")
    plain = re.sub(r"[^\d,.\-+()−]", "", text.replace("'", "")).replace("−", "-")
    is_negative = plain.startswith(("-", "(")) or plain.endswith("-")
    digits = plain.strip("-+()")
    comma, dot = digits.rfind(","), digits.rfind(".")
    if comma > dot:
        digits = digits.replace(".", "")
        is_thousands = dot < 0 and digits.count(",") > 1
        digits = digits.replace(",", "") if is_thousands else digits.replace(",", ".")
    else:
        digits = digits.replace(",", "")
        if digits.count(".") > 1:
            digits = digits.replace(".", "")
    try:
        found = Decimal(digits)
    except InvalidOperation:
        return None
    return -found if is_negative else found


def distinct(operations: list[Operation]) -> Iterator[tuple[str, Operation]]:
    """Each operation with a name that the same statement gives it again, and no other: the bank's, else what it says.

    Two equal coffees of one day are the first and the second of that day.
    """
    seen: dict[str, int] = {}
    for operation in operations:
        said = operation.reference or f"{operation.date}|{operation.amount.normalize():f}|{operation.label}"
        seen[said] = seen.get(said, 0) + 1
        yield (said if seen[said] == 1 else f"{said}#{seen[said]}"), operation
