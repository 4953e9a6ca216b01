"""Statements as documents: an account, and its operations that name it, the same ones whichever format they come in again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from decimal import Decimal

from ...model import Document, Entry, Item, NotUnderstood
from .. import reasons
from ..making import ACCOUNTS, OPERATIONS, document
from .model import Account, Operation, Statement, distinct


def documents(entry: Entry, statements: Sequence[Statement] | Iterator[Statement]) -> Iterator[Item]:
    """The accounts and operations of a file; what could not be read of it, last."""
    unread: list[str] = []
    for statement in statements:
        account = _account(entry, statement.account)
        yield account
        for name, operation in distinct(statement.operations):
            yield _operation(entry, account, statement.account, name, operation)
        unread.extend(statement.unread)
    if unread:
        text = "\n".join(unread) + "\n"
        yield NotUnderstood(
            name=f"{entry.name} (lines).txt",
            why=reasons.BANK_LINES,
            content=text.encode("utf-8", "replace"),
        )


def account_id(account: Account) -> str:
    """The id of the account's document: that of its number, written in any way."""
    plain = account.number.replace(" ", "").upper()
    return hashlib.sha256(f"bank account {plain}".encode()).hexdigest()[:32]


def _account(entry: Entry, said: Account) -> Document:
    id_ = account_id(said)
    made = document(
        ACCOUNTS, entry.name, f"account/{id_}",
        {
            "label": said.label or said.institution or said.number, "institutionLabel": said.institution, "type": said.type,
            "number": said.number, "iban": said.iban, "currency": said.currency, "vendorId": said.number,
        },
    )  # fmt: skip
    balance = (
        {"balance": _number(said.balance), "balanceDate": said.balance_at} if said.balance is not None else {}
    )
    return Document(
        source=made.source, name=made.name, doctype=made.doctype, body={**made.body, **balance}, id=id_
    )


def _operation(entry: Entry, account: Document, of: Account, name: str, said: Operation) -> Document:
    made = document(
        OPERATIONS, entry.name, f"{account.id}/{name}",
        {
            "label": " ".join(said.label.split()) or said.reference, "originalBankLabel": said.label, "type": said.type,
            "date": said.date, "dateOperation": said.date, "valueDate": said.value_date,
            "currency": said.currency or of.currency, "account": account.id, "vendorId": said.reference,
            "vendorAccountId": of.number, "details": said.details,
        },
    )  # fmt: skip
    body = {**made.body, "amount": _number(said.amount)}
    return Document(source=made.source, name=made.name, doctype=made.doctype, body=body)


def _number(sum_: Decimal) -> float | int:
    """JSON has one kind of number; whole sums stay whole."""
    return int(sum_) if sum_ == sum_.to_integral_value() else float(sum_)
