"""Statements as papers: of one home, and of all of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from starlette.responses import Response

from cozy import ui
from cozy.kernel.settings import Settings
from cozy.ui import N_, formats, paper

from ..model import Month, Sold
from ..service import usage


def of_home(settings: Settings, locale: str, each: Month) -> Response:
    """What one home cost in a month."""
    said = ui.words(locale).gettext
    plan = each.plan_title or said(N_("No plan"))
    return _sent(
        paper.Paper(
            locale=locale,
            title=said(N_("Statement, %(month)s"), month=_month(each.month, locale)),
            sender=_sender(settings),
            facts=[(said(N_("Address")), each.domain), (said(N_("Number")), each.home_id)],
            head=[said(N_("What")), said(N_("How much")), said(N_("Price"))],
            rows=[
                [said(N_("Plan: %(name)s"), name=plan), said(N_("1 month")), _price(each, locale)],
                *(
                    [
                        said(N_("App: %(name)s"), name=app.title),
                        "",
                        formats.price(app.amount, app.currency, locale),
                    ]
                    for app in each.apps
                ),
                *(
                    [_given_back(back, locale), "", formats.price(back.amount, back.currency, locale)]
                    for back in each.given_back
                ),
                [said(N_("Stored, at the most")), formats.size(each.stored, locale), ""],
                [said(N_("Transferred")), formats.size(each.received + each.sent, locale), ""],
                [said(N_("Requests")), formats.number(each.requests, locale), ""],
            ],
            numbers=2,
            widths=(90, 40, 36),
            totals=_totals([each], locale),
            page=said(N_("Page %(page)s of %(pages)s")),
        ),
        f"statement-{each.month}.pdf",
    )


def of_host(settings: Settings, locale: str, month: str, homes: list[Month]) -> Response:
    """What every home cost in a month."""
    said = ui.words(locale).gettext
    return _sent(
        paper.Paper(
            locale=locale,
            title=said(N_("What homes cost, %(month)s"), month=_month(month, locale)),
            sender=_sender(settings),
            facts=[
                (said(N_("Homes")), formats.number(len(homes), locale)),
                (said(N_("Stored")), formats.size(sum(each.stored for each in homes), locale)),
                (
                    said(N_("Transferred")),
                    formats.size(sum(each.received + each.sent for each in homes), locale),
                ),
            ],
            head=[
                said(text)
                for text in (N_("Address"), N_("Plan"), N_("Stored"), N_("Transferred"), N_("Price"))
            ],
            rows=[
                [
                    each.domain,
                    each.plan_title,
                    formats.size(each.stored, locale),
                    formats.size(each.received + each.sent, locale),
                    ", ".join(
                        formats.price(units, currency, locale) for currency, units in usage.sums([each])
                    ),
                ]
                for each in homes
            ],
            numbers=3,
            widths=(56, 42, 22, 24, 24),
            totals=_totals(homes, locale),
            page=said(N_("Page %(page)s of %(pages)s")),
        ),
        f"statements-{month}.pdf",
    )


def language(asked: str, accepted: str) -> str:
    """The language of a paper: the one that is asked for, else what a browser says."""
    return asked if asked in ui.LOCALES else ui.negotiate(accepted)


def _sender(settings: Settings) -> list[str]:
    lines = [line.strip() for line in settings.hoster_address.split(";")]
    return [line for line in (settings.hoster_name, *lines) if line]


def _month(month: str, locale: str) -> str:
    said = formats.month(date.fromisoformat(f"{month}-01"), locale)
    return said.lower() if locale == "fr" else said


def _price(each: Month, locale: str) -> str:
    return formats.price(each.price, each.currency, locale) if each.currency else ""


def _given_back(line: Sold, locale: str) -> str:
    said = ui.words(locale).gettext
    if line.amount < 0:
        return said(N_("Refunded: %(name)s"), name=line.title)
    return said(N_("Refund undone: %(name)s"), name=line.title)


def _totals(homes: Iterable[Month], locale: str) -> list[tuple[str, str]]:
    total = ui.words(locale).gettext(N_("Total"))
    return [(total, formats.price(units, currency, locale)) for currency, units in usage.sums(homes)]


def _sent(drawn: paper.Paper, name: str) -> Response:
    from cozy.ui import sheet

    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(sheet.drawn(drawn), headers=headers, media_type="application/pdf")
