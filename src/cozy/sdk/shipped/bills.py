"""What a mail tells of a bill: whether there is one, and how much it is about, where it says so in words that leave no doubt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

FOLDER: Mapping[str, str] = {"en": "Bills", "fr": "Factures"}

_BILL = re.compile(
    r"\b(factures?|facturation|invoices?|receipts?|bills?|billing|re[çc]us?|quittances?|avis d.[ée]ch[ée]ance|order confirmation"
    r"|confirmation de commande|rechnung(en)?)\b",
    re.IGNORECASE,
)
_KINDS = {"application/pdf", "application/octet-stream"}
_NUMBER = r"(\d{1,3}(?:[  . ,]\d{3})*|\d+)[.,](\d{2})"
_SIGN = {
    "€": "EUR",
    "eur": "EUR",
    "euros": "EUR",
    "euro": "EUR",
    "$": "USD",
    "usd": "USD",
    "£": "GBP",
    "gbp": "GBP",
    "chf": "CHF",
}
_SIGNS = r"(€|euros?|eur\b|\$|usd\b|£|gbp\b|chf\b)"
_TOTAL = re.compile(
    r"(?:total(?:\s+ttc)?|montant(?:\s+(?:total|ttc|d[ûu]|[àa] payer))*|amount(?:\s+(?:due|paid|charged))*|net [àa] payer|somme de)"
    rf"[^\d€$£]{{0,40}}?(?:{_SIGNS}\s?)?{_NUMBER}\s?{_SIGNS}?",
    re.IGNORECASE,
)
_TAGS = re.compile(r"<(?:style|script)\b.*?</(?:style|script)>|<[^>]{0,2000}>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What of a mail matters here."""

    sender: str
    subject: str
    text: str
    on: datetime


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill. amount: None where the mail does not say it, or several."""

    amount: float | None
    currency: str = "EUR"


def found(name: str, kind: str, mail: Mail) -> Bill | None:
    """The bill that an attachment is, None for none: a PDF whose name, or the mail's subject, says so."""
    is_pdf = kind == "application/pdf" or (kind in _KINDS and name.lower().endswith(".pdf"))
    if not is_pdf or not _BILL.search(f"{re.sub(r'[_.-]', ' ', name)} {mail.subject}"):
        return None
    totals = set(_totals(_TAGS.sub(" ", mail.text).replace("&nbsp;", " ").replace("&euro;", "€")))
    return Bill(*totals.pop()) if len(totals) == 1 else Bill(None)


def _totals(text: str) -> list[tuple[float, str]]:
    totals = []
    for before, whole, cents, after in _TOTAL.findall(text):
        if sign := (before or after).lower():
            totals.append((int(re.sub(r"\D", "", whole)) + int(cents) / 100, _SIGN[sign]))
    return totals
