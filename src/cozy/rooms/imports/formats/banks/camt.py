"""CAMT.053, .052 and .054 (ISO 20022): statements, reports and notifications of a bank, in any of their versions."""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal
from xml.etree import ElementTree as ET

from ..reading.xmls import UnfitXml, child, children, elements, text
from .model import DIRECT_DEBIT, NONE, TRANSFER, Account, BadStatement, Operation, Statement, amount

_FAMILIES = {"RCDT": TRANSFER, "ICDT": TRANSFER, "RDDT": DIRECT_DEBIT, "IDDT": DIRECT_DEBIT, "CCRD": "credit card",
             "RCHQ": "check", "ICHQ": "check", "MCRD": "credit card", "CNTR": "cash"}  # fmt: skip


def is_camt(head: bytes) -> bool:
    """Whether a file begins as a CAMT message does."""
    return b"urn:iso:std:iso:20022:tech:xsd:camt.05" in head[:4_000]


def read(raw: bytes) -> Iterator[Statement]:
    """The statements of a file. Raises BadStatement where it breaks: what came before counts."""
    try:
        for statement in elements(io.BytesIO(raw), "Stmt", "Rpt", "Ntfctn"):
            yield _statement(statement)
    except UnfitXml as error:
        raise BadStatement(str(error)) from error


def _statement(said: ET.Element) -> Statement:
    account = child(said, "Acct")
    balance = _closing(children(said, "Bal"))
    operations: list[Operation] = []
    unread: list[str] = []
    for entry in children(said, "Ntry"):
        found = list(_operations(entry))
        operations.extend(found)
        if not found:
            unread.append(" ".join(part.strip() for part in entry.itertext() if part.strip())[:200])
    number = text(account, "Id", "IBAN") or text(account, "Id", "Othr", "Id") or "?"
    institution = child(account, "Svcr", "FinInstnId")
    return Statement(
        Account(
            number=number,
            currency=text(account, "Ccy"),
            institution=text(institution, "Nm") or text(institution, "BICFI") or text(institution, "BIC"),
            label=text(account, "Nm") or text(account, "Ownr", "Nm"),
            balance=_signed(balance) if balance is not None else None,
            balance_at=_date(balance, "Dt") if balance is not None else "",
        ),
        operations,
        unread,
    )


def _closing(balances: list[ET.Element]) -> ET.Element | None:
    """The booked balance at the end; else the last that is said."""
    closing = [one for one in balances if text(one, "Tp", "CdOrPrtry", "Cd") in {"CLBD", "PRCD", "ITBD"}]
    return next(reversed(closing or balances), None)


def _operations(entry: ET.Element) -> Iterator[Operation]:
    """One for an entry; one for each of its parts where the bank booked several together and says what each was.

    None for what is not booked yet: it comes again, with another reference, in a later file.
    """
    total = _signed(entry)
    booked = _date(entry, "BookgDt") or _date(entry, "ValDt")
    if total is None or not booked or _is_pending(entry):
        return
    parts = [part for details in children(entry, "NtryDtls") for part in children(details, "TxDtls")]
    sums = [_part_sum(part, total) for part in parts]
    if len(parts) > 1 and None not in sums and sum(filter(None, sums)) == total:
        for number, (part, sum_) in enumerate(zip(parts, sums, strict=True), 1):
            yield _operation(entry, part, sum_ or Decimal(0), booked, f"/{number}")
    else:
        yield _operation(entry, parts[0] if parts else entry, total, booked, "")


def _is_pending(entry: ET.Element) -> bool:
    """Whether the bank has only announced an entry; version 8 puts a `Cd` between."""
    return (text(entry, "Sts", "Cd") or text(entry, "Sts")) == "PDNG"


def _operation(entry: ET.Element, part: ET.Element, sum_: Decimal, booked: str, suffix: str) -> Operation:
    other = _other(part, is_paid=sum_ < 0)
    remitted = " ".join(filter(None, ((one.text or "").strip() for one in _unstructured(part))))
    reference = text(entry, "AcctSvcrRef") or text(part, "Refs", "AcctSvcrRef") or text(entry, "NtryRef")
    end_to_end = text(part, "Refs", "EndToEndId")
    found = {"counterparty": other, "remittance": remitted, "mandate": text(part, "Refs", "MndtId"),
             "end_to_end": "" if end_to_end == "NOTPROVIDED" else end_to_end}  # fmt: skip
    amount_ = child(entry, "Amt")
    return Operation(
        date=booked,
        amount=sum_,
        label=" ".join(filter(None, (other, remitted)))
        or text(entry, "AddtlNtryInf")
        or text(part, "AddtlTxInf"),
        currency=amount_.get("Ccy", "") if amount_ is not None else "",
        value_date=_date(entry, "ValDt"),
        reference=reference + suffix if reference else "",
        type=_FAMILIES.get(text(entry, "BkTxCd", "Domn", "Fmly", "Cd"), NONE),
        details={name: value for name, value in found.items() if value},
    )


def _other(part: ET.Element, *, is_paid: bool) -> str:
    """Who it was with: who was paid, or who paid; version 8 puts a `Pty` between."""
    role = child(part, "RltdPties", "Cdtr" if is_paid else "Dbtr")
    return text(role, "Nm") or text(role, "Pty", "Nm")


def _unstructured(part: ET.Element) -> list[ET.Element]:
    return children(child(part, "RmtInf"), "Ustrd")


def _part_sum(part: ET.Element, total: Decimal) -> Decimal | None:
    found = amount(text(part, "AmtDtls", "TxAmt", "Amt") or text(part, "Amt"))
    if found is None:
        return None
    way = text(part, "CdtDbtInd")
    is_paid = way == "DBIT" if way else total < 0
    return -found if is_paid else found


def _signed(said: ET.Element) -> Decimal | None:
    found = amount(text(said, "Amt"))
    return -found if found is not None and text(said, "CdtDbtInd") == "DBIT" else found


def _date(said: ET.Element, name: str) -> str:
    found = text(said, name, "Dt") or text(said, name, "DtTm")
    return found[:10] if len(found) >= 10 and found[4] == found[7] == "-" else ""
