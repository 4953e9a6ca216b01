"""MT940 (SWIFT): fields `:61:` and `:86:` of a statement, with the German (`?20`) and the Dutch (`/REMI/`) ways to fill `:86:`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from ..reading.moments import day
from ..reading.texts import decoded
from .model import (
    CARD,
    CASH,
    CHECK,
    DIRECT_DEBIT,
    FEE,
    NONE,
    TRANSFER,
    Account,
    BadStatement,
    Operation,
    Statement,
    amount,
)

_FIELD = re.compile(r"^:(\d{2}[A-Z]?):", re.MULTILINE)
_LINE = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4})?(?P<mark>R?[DC]|E[DC])[A-Z]?(?P<sum>\d{1,15},\d{0,3})"
    r"(?:[A-Z](?P<kind>[A-Z0-9]{3}))?(?P<reference>[^\n]{0,40})(?:\n(?P<more>.*))?",
    re.DOTALL,
)
_BALANCE = re.compile(r"([DC])(\d{6})([A-Z]{3})(\d{1,15},\d{0,3})")
_GERMAN = re.compile(r"[?<](\d\d)([^?<]*)")
_DUTCH = re.compile(r"/(EREF|NAME|REMI|BENM|ORDP|IBAN|CNTP|TRTP|MARF|CSID|PREF|ISDT|USTD)/([^/]*)")
_KINDS = {
    "TRF": TRANSFER,
    "DDT": DIRECT_DEBIT,
    "CHG": FEE,
    "CHK": CHECK,
    "MSC": NONE,
    "CRD": CARD,
    "ATM": CASH,
}


def is_mt940(head: bytes) -> bool:
    """Whether a file begins as MT940 does, with or without its SWIFT envelope."""
    text = head[:2_000].decode("latin-1").replace("\r\n", "\n")
    return ":20:" in text and bool(re.search(r"^:25:", text, re.MULTILINE))


def read(raw: bytes) -> Iterator[Statement]:
    """The statements of a file. Raises BadStatement."""
    text = decoded(raw).replace("\r\n", "\n").replace("\r", "\n")
    if not is_mt940(raw[:4_000]):
        raise BadStatement("there is no MT940 in it")
    for fields in _statements(text):
        yield _statement(fields)


def _statements(text: str) -> Iterator[list[tuple[str, str]]]:
    """The fields of each statement: one begins with `:20:`."""
    places = list(_FIELD.finditer(text))
    current: list[tuple[str, str]] = []
    for place, following in zip(places, [*places[1:], None], strict=True):
        value = text[place.end() : following.start() if following else len(text)]
        value = re.split(r"^-\}?\s*$|^-\}", value, maxsplit=1, flags=re.MULTILINE)[0].strip("\n")
        if place[1] == "20" and current:
            yield current
            current = []
        current.append((place[1], value))
    if current:
        yield current


def _statement(fields: list[tuple[str, str]]) -> Statement:
    number, currency, balance, balance_at = "?", "", None, ""
    operations: list[Operation] = []
    unread: list[str] = []
    for place, (tag, value) in enumerate(fields):
        if tag == "25":
            number = value.strip()
        elif tag in {"60F", "60M", "62F", "62M"} and (found := _BALANCE.match(value.strip())):
            currency = found[3]
            if tag == "62F":
                sum_ = amount(found[4])
                balance = -sum_ if sum_ is not None and found[1] == "D" else sum_
                balance_at = _date(found[2])
        elif tag == "61":
            details = fields[place + 1][1] if place + 1 < len(fields) and fields[place + 1][0] == "86" else ""
            operation = _operation(value, details, currency)
            if operation:
                operations.append(operation)
            else:
                unread.append(f"{value} {details}"[:200])
    account = Account(
        number=number.removesuffix(currency).strip() if currency else number,
        currency=currency, balance=balance, balance_at=balance_at,
    )  # fmt: skip
    return Statement(account, operations, unread)


def _operation(line: str, details: str, currency: str) -> Operation | None:
    found = _LINE.match(line.strip())
    value_date = _date(found["value"]) if found else ""
    sum_ = amount(found["sum"].rstrip(",")) if found else None
    if found is None or sum_ is None or not value_date:
        return None
    counterparty, remittance, booking = _told(details)
    own, _, bank = (found["reference"] or "").partition("//")
    is_debit = found["mark"] in {"D", "RC", "ED"}
    said = {"counterparty": counterparty, "remittance": remittance, "reference": own.strip().removeprefix("NONREF"),
            "more": (found["more"] or "").strip()}  # fmt: skip
    return Operation(
        date=_entry(found["entry"], value_date),
        amount=-sum_ if is_debit else Decimal(sum_),
        label=" ".join(filter(None, (counterparty, remittance))) or booking or said["more"] or own.strip(),
        currency=currency,
        value_date=value_date,
        reference=bank.strip(),
        type=_KINDS.get(found["kind"] or "", NONE),
        details={name: value for name, value in said.items() if value},
    )


def _told(details: str) -> tuple[str, str, str]:
    """Who it was with, what it was for, and how the bank calls such a booking."""
    joined = details.replace("\n", "")
    german = _GERMAN.findall(joined)
    if german:
        parts: dict[str, str] = {}
        for code, value in german:
            parts[code] = parts.get(code, "") + value
        told = "".join(parts.get(f"{code}", "") for code in (*range(20, 30), *range(60, 64)))
        purpose = re.split(r"SVWZ\+", told)[-1]
        return (
            (parts.get("32", "") + parts.get("33", "")).strip(),
            purpose.strip(),
            parts.get("00", "").strip(),
        )
    dutch = dict(_DUTCH.findall(joined))
    if dutch:
        remittance = joined.partition("/REMI/")[2].removeprefix("USTD//").strip("/") or dutch.get("EREF", "")
        remittance = re.split(r"/(?:EREF|NAME|IBAN|CSID|MARF|ISDT)/", remittance)[0]
        return dutch.get("NAME", "").strip(), remittance.strip(), dutch.get("TRTP", "").strip()
    return "", " ".join(details.split()), ""


def _date(text: str) -> str:
    known = day(f"{text[4:6]}.{text[2:4]}.{text[:2]}")
    return known.isoformat() if known else ""


def _entry(entry: str | None, value_date: str) -> str:
    """The day of the booking, `MMDD`: of the year that brings it nearest to the value date."""
    if not entry:
        return value_date
    year, month = int(value_date[:4]), int(value_date[5:7])
    booked = int(entry[:2])
    year += (booked - month < -6) - (booked - month > 6)
    known = day(f"{year}-{entry[:2]}-{entry[2:]}")
    return known.isoformat() if known else value_date
