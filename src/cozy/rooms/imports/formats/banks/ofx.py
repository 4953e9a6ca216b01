"""OFX and QFX: SGML of 1997 (tags that nothing closes) and XML of 2006, read by one reader that minds neither.

OFX 2.3, §11.4: a statement is `STMTRS` or `CCSTMTRS`, its account `BANKACCTFROM` or `CCACCTFROM`, its lines `STMTTRN`.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..reading.moments import day
from ..reading.texts import decoded
from .model import (
    CASH,
    CHECK,
    DEBIT_CARD,
    DEPOSIT,
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

_TAG = re.compile(r"<(/?)([A-Za-z0-9_.]+)[^<>]*>([^<]*)")
_CHARSET = re.compile(r"^CHARSET:\s*(\S+)", re.MULTILINE)
_MOMENT = re.compile(r"^(\d{4})(\d{2})(\d{2})")
_STATEMENTS = {"STMTRS", "CCSTMTRS", "INVSTMTRS"}
_ACCOUNTS = {"BANKACCTFROM", "CCACCTFROM", "INVACCTFROM"}
_TYPES = {
    "FEE": FEE, "SRVCHG": FEE, "DEP": DEPOSIT, "DIRECTDEP": TRANSFER, "ATM": CASH, "CASH": CASH, "POS": DEBIT_CARD,
    "XFER": TRANSFER, "PAYMENT": TRANSFER, "REPEATPMT": TRANSFER, "CHECK": CHECK, "DIRECTDEBIT": DIRECT_DEBIT,
}  # fmt: skip


def is_ofx(head: bytes) -> bool:
    """Whether a file begins as OFX does."""
    return b"OFXHEADER" in head[:2_000].upper() or b"<OFX>" in head[:4_000].upper()


def read(raw: bytes) -> Iterator[Statement]:
    """The statements of a file. Raises BadStatement."""
    text = _text(raw)
    if "<OFX>" not in text.upper():
        raise BadStatement("there is no OFX in it")
    current: _Open | None = None
    institution = ""
    group: dict[str, str] = {}
    path: list[str] = []
    for found in _TAG.finditer(text):
        closes, tag, rest = found.groups()
        name, value = tag.upper(), html.unescape(rest).strip()
        if closes:
            if name in path:
                while path.pop() != name:
                    pass
            if current and name == "STMTTRN":
                current.add(group)
            elif current and name in _STATEMENTS:
                yield current.told(institution)
                current = None
        elif value:
            group[name] = value
            institution = value if name == "ORG" else institution
            if current:
                current.hear(path, name, value)
        else:
            path.append(name)
            if name == "STMTTRN":
                group = {}
            elif name in _STATEMENTS:
                current = _Open(is_card=name == "CCSTMTRS")
    if current:
        yield current.told(institution)


def _text(raw: bytes) -> str:
    """OFX says its encoding in its head: `CHARSET:1252`."""
    found = _CHARSET.search(raw[:1_000].decode("latin-1"))
    named = f"cp{found[1]}" if found and found[1].isdigit() else "cp1252"
    try:
        "".encode(named)
    except LookupError:
        named = "cp1252"
    return decoded(raw, named)


@dataclass(slots=True)
class _Open:
    """A statement that is being read."""

    is_card: bool
    account: dict[str, str] = field(default_factory=dict)
    balance: dict[str, str] = field(default_factory=dict)
    currency: str = ""
    operations: list[Operation] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def hear(self, path: list[str], name: str, value: str) -> None:
        if not _ACCOUNTS.isdisjoint(path):
            self.account.setdefault(name, value)
        elif "LEDGERBAL" in path:
            self.balance[name] = value
        elif name == "CURDEF":
            self.currency = value

    def add(self, said: dict[str, str]) -> None:
        sum_, at = amount(said.get("TRNAMT", "")), _date(said.get("DTPOSTED", ""))
        if sum_ is None or not at:
            self.unread.append(" ".join(f"{name}={value}" for name, value in said.items())[:200])
            return
        name, memo = said.get("NAME", ""), said.get("MEMO", "")
        self.operations.append(
            Operation(
                date=at,
                amount=sum_,
                label=name or memo or said.get("CHECKNUM", "") or said.get("TRNTYPE", ""),
                currency=said.get("CURSYM", ""),
                value_date=_date(said.get("DTUSER", "")) or _date(said.get("DTAVAIL", "")),
                reference=said.get("FITID", ""),
                type=_TYPES.get(said.get("TRNTYPE", "").upper(), NONE),
                details={
                    key: value
                    for key, value in (("memo", memo if name else ""), ("check", said.get("CHECKNUM", "")))
                    if value
                },
            )
        )

    def told(self, institution: str) -> Statement:
        said = self.account
        is_card = self.is_card or said.get("ACCTTYPE", "").upper() == "CREDITLINE"
        number = " ".join(said[name] for name in ("BANKID", "BRANCHID", "ACCTID") if said.get(name))
        account = Account(
            number=number or "?",
            currency=self.currency,
            institution=institution,
            type="credit card" if is_card else "bank",
            balance=amount(self.balance.get("BALAMT", "")),
            balance_at=_date(self.balance.get("DTASOF", "")),
        )
        return Statement(account, self.operations, self.unread)


def _date(text: str) -> str:
    found = _MOMENT.match(text)
    known = day("-".join(found.groups())) if found else None
    return known.isoformat() if known else ""
