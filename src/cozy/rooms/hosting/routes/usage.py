"""What homes cost, for bills; and what fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct, field
from starlette.responses import Response

from cozy.kernel.routes import HOSTER, Routes
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.web.answers import json
from cozy.web.call import Call

from .. import service
from ..model import Earning, Month, Payout
from .asking import asks

routes = Routes()


class Between(Struct):
    """Which days."""

    first: Annotated[str, Meta(description="The first day, 2026-12-01; that of this month without it.")] = (
        field(default="", name="from")
    )
    last: Annotated[str, Meta(description="The last day; today without it.")] = field(default="", name="to")


@routes.on("GET", "/instances/{domain}/usage", HOSTER)
@asks(Between)
def usage(work: Work, call: Call, domain: str) -> Response:
    """What a home cost by day, `from` one day `to` another: bytes stored, received and sent, requests. 200; 404, 422."""
    found = homes.at(work, service.homes.clean_domain(domain))
    today = work.now.date().isoformat()
    first, last = call.query("from", f"{today[:7]}-01"), call.query("to", today)
    return json(service.usage.of_days(work, found.id, first, last))


@routes.on("GET", "/instances/{domain}/statements/{month}", HOSTER)
def statement(work: Work, domain: str, month: str) -> Response:
    """The statement of one home for a month, 2026-12 or 2026-12.csv. 200; 404, 422."""
    found = homes.at(work, service.homes.clean_domain(domain))
    return _told(service.usage.statement(work, month.removesuffix(".csv"), found), month)


@routes.on("GET", "/statements/{month}", HOSTER)
async def statements(call: Call, month: str) -> Response:
    """The same of every home. 200; 422."""
    return _told(await call.scan(service.usage.statement, month.removesuffix(".csv")), month)


@routes.on("GET", "/payouts/{month}", HOSTER)
def payouts(work: Work, month: str) -> Response:
    """What is due to developers of apps for a month, 2026-12 or 2026-12.csv. 200; 422."""
    clean = service.usage.clean_month(month.removesuffix(".csv"))
    return _table(service.purchases.payouts(work, clean), Payout, f"payouts-{month}")


@routes.on("GET", "/earnings/{month}", HOSTER)
def earnings(work: Work, month: str) -> Response:
    """What was paid for apps in a month, one by one: 2026-12 or 2026-12.csv. 200; 422."""
    clean = service.usage.clean_month(month.removesuffix(".csv"))
    return _table(service.purchases.earnings(work, clean), Earning, f"earnings-{month}")


def _table(rows: Sequence[Struct], kind: type[Struct], name: str) -> Response:
    if not name.endswith(".csv"):
        return json(rows)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    text = service.purchases.as_csv(rows, kind)
    return Response(text, headers=headers, media_type="text/csv; charset=utf-8")


@routes.on("GET", "/failures", HOSTER)
def failures(work: Work) -> Response:
    """Which kinds of jobs went wrong in the last seven days, and how often, in all homes together. 200."""
    return json(service.usage.failures(work))


def _told(months: list[Month], name: str) -> Response:
    if not name.endswith(".csv"):
        return json(months)
    headers = {"content-disposition": f'attachment; filename="statement-{name}"'}
    return Response(service.usage.as_csv(months), headers=headers, media_type="text/csv; charset=utf-8")
