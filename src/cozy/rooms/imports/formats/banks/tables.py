"""Operations in a table (CSV), each bank's columns as it likes them: guessed from their heads and cells, or said by the owner."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from ..reading.moments import day, from_iso, from_words, leads_with_month
from .model import Account, Operation, Statement, amount, mark_in

DATE, VALUE_DATE, LABEL, AMOUNT, DEBIT, CREDIT = "date", "value_date", "label", "amount", "debit", "credit"
CURRENCY, BALANCE, REFERENCE, CATEGORY, COUNTERPARTY, ACCOUNT = (
    "currency", "balance", "reference", "category", "counterparty", "account",
)  # fmt: skip
COLUMNS = (
    DATE, VALUE_DATE, LABEL, AMOUNT, DEBIT, CREDIT, CURRENCY, BALANCE, REFERENCE, CATEGORY, COUNTERPARTY, ACCOUNT,
)  # fmt: skip
Mapping_ = Mapping[str, int]  # what a column holds, and which one it is
_HEAD_WITHIN = 30  # lines: banks write the account and its balance above the table
_HEADS = {
    DATE: r"date (de |d')?(operation|comptable|comptabilisation|compta)|date|booking date|buchungstag|buchungsdatum|buchung|"
          r"transaction date|posting date|fecha( operacion)?|data( operazione| contabile| mov\.?)?|datum|boekdatum|completed date|started date|dateop",
    VALUE_DATE: r"date (de )?valeur|value date|valuta(datum|stellung)?|fecha valor|data valuta|wertstellung|rentedatum|dateval",
    LABEL: r"libelle.*|label|description|verwendungszweck|concepto|descrizione|omschrijving|details?|intitule|narrative|memo|"
           r"payment reference|reference text|mededelingen|nature de l'operation|operation|transaction|buchungstext|name|descricao",
    AMOUNT: r"montant.*|amount.*|betrag.*|importe.*|importo.*|bedrag.*|valor|umsatz(?!typ|art).*|sum|value|net",
    DEBIT: r"debit.*|withdrawal.*|soll|cargo|dare|paid out|money out|af|uscite",
    CREDIT: r"credit.*|deposit.*|haben|abono|avere|paid in|money in|bij|entrate",
    CURRENCY: r"devise|currency|wahrung|divisa|valuta|munt|moneda",
    BALANCE: r"solde.*|balance|saldo.*|kontostand|running balance",
    REFERENCE: r"(reference|ref\.?|n.? (de )?reference|transaction id|id|kundenreferenz|numero d'operation|volgnr)",
    CATEGORY: r"categorie.*|category|kategorie|categoria|type|typ|umsatz(typ|art)",
    COUNTERPARTY: r"(payee|counterparty|partner ?name|zahlungsempfanger.*|beguenstigter.*|begunstigter.*|auftraggeber.*|empfanger|tegenpartij|naam tegenpartij.*|supplierfound|"
                  r"beneficiaire|tiers|zahlungspflichtige.*|name zahlungsbeteiligter)",
    ACCOUNT: r"(compte|numero de compte|account( number)?|iban|konto|auftragskonto|rekening|cuenta|conto|accountnum|accountlabel|iban auftragskonto)",
}  # fmt: skip
_FULL_LABEL = re.compile(r"libelle (complet )?(de l'|d')?operation$")  # beside a short one
_PATTERNS = {column: re.compile(rf"(?:{pattern})$") for column, pattern in _HEADS.items()}


def guess(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]] | None:
    """The row that heads a table of operations and what its columns hold; nothing where it is no such table."""
    for place, row in enumerate(rows[:_HEAD_WITHIN]):
        found = _heads(row)
        if (
            DATE in found
            and (AMOUNT in found or {DEBIT, CREDIT} & set(found))
            and _fits(rows[place + 1 :], found)
        ):
            return place, found
    return None


def _heads(row: Sequence[str]) -> dict[str, int]:
    names = [_plain(cell) for cell in row]
    full = next((place for place, name in enumerate(names) if _FULL_LABEL.match(name)), None)
    found = {} if full is None else {LABEL: full}
    for column, pattern in _PATTERNS.items():
        if column in found:
            continue
        for place, name in enumerate(names):
            if name and place not in found.values() and pattern.match(name):
                found[column] = place
                break
    return found


def _plain(cell: str) -> str:
    bare = unicodedata.normalize("NFKD", cell.strip().lower().replace("’", "'").replace("_", " "))
    return re.sub(r"\s+", " ", "".join(letter for letter in bare if not unicodedata.combining(letter))).strip(
        ' "*:'
    )


def _fits(rows: Sequence[Sequence[str]], columns: Mapping_) -> bool:
    """Whether most of the first rows below have a date and a sum where they should be."""
    tried = [row for row in rows[:20] if len(row) > max(columns.values())]
    good = sum(_is_date(row[columns[DATE]]) and _sum(row, columns) is not None for row in tried)
    return bool(tried) and good * 2 > len(tried)


def _is_date(text: str) -> bool:
    return bool(_date(text, False) or _date(text, True))


def read(rows: Sequence[Sequence[str]], columns: Mapping_, name: str) -> Iterator[Statement]:
    """The statements of the rows below the head, an account each; `name` is that of an account that the table does not name."""
    is_month_first = leads_with_month([row[columns[DATE]] for row in rows if len(row) > columns[DATE]])
    sums = [columns[each] for each in (AMOUNT, DEBIT, CREDIT) if each in columns]
    mark = mark_in(row[at] for row in rows for at in sums if at < len(row))
    operations: dict[str, list[Operation]] = {}
    unread: dict[str, list[str]] = {}
    for row in rows:
        account = _cell(row, columns, ACCOUNT) or name
        operation = _operation(row, columns, is_month_first, mark)
        if operation is None:
            unread.setdefault(account if account in operations else name, []).append(" | ".join(row)[:200])
        else:
            operations.setdefault(account, []).append(operation)
    for account in dict.fromkeys([*operations, *unread]):
        found = operations.get(account, [])
        currency = next((one.currency for one in found if one.currency), "")
        yield Statement(Account(account, currency=currency), found, unread.get(account, []))


def _operation(row: Sequence[str], columns: Mapping_, is_month_first: bool, mark: str) -> Operation | None:
    at, sum_ = _date(_cell(row, columns, DATE), is_month_first), _sum(row, columns, mark)
    if not at or sum_ is None:
        return None
    counterparty = _cell(row, columns, COUNTERPARTY)
    said = {
        "counterparty": counterparty,
        "category": _cell(row, columns, CATEGORY),
        "balance": _cell(row, columns, BALANCE),
    }
    return Operation(
        date=at,
        amount=sum_,
        label=" ".join(_cell(row, columns, LABEL).split()) or counterparty,
        currency=_cell(row, columns, CURRENCY)[:3].upper(),
        value_date=_date(_cell(row, columns, VALUE_DATE), is_month_first),
        reference=_cell(row, columns, REFERENCE),
        details={name: value for name, value in said.items() if value},
    )


def _sum(row: Sequence[str], columns: Mapping_, mark: str = "") -> Decimal | None:
    """The sum of a row: of its one column, or what came in less what went out."""
    if AMOUNT in columns:
        return amount(_cell(row, columns, AMOUNT), mark)
    out, in_ = amount(_cell(row, columns, DEBIT), mark), amount(_cell(row, columns, CREDIT), mark)
    if in_ is not None and in_ != 0:
        return in_
    return -abs(out) if out is not None else in_


def _cell(row: Sequence[str], columns: Mapping_, column: str) -> str:
    place = columns.get(column, -1)
    return row[place] if 0 <= place < len(row) else ""


def _date(text: str, is_month_first: bool) -> str:
    known = day(
        text[:10] if text[4:5] == "-" else text.split(" ", maxsplit=1)[0], is_month_first=is_month_first
    )
    if known:
        return known.isoformat()
    if len(text) == 8 and text.isdigit():  # 20260131, of Dutch banks
        known = day(f"{text[:4]}-{text[4:6]}-{text[6:]}")
        return known.isoformat() if known else ""
    return (from_iso(text) or from_words(text))[:10]
