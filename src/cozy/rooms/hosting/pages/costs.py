"""What homes cost in a month, and which kinds of jobs fail."""

from __future__ import annotations

from datetime import date, timedelta

from starlette.responses import Response

from cozy.kernel.routes import HOSTER
from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.web.call import Call

from .. import service
from . import papers
from .door import page, routes

MOST = 200  # homes on the page; the table to fetch has all
MONTHS = 12  # that can be chosen


@routes.on("GET", "/my/costs", HOSTER)
def costs_page(work: Work, call: Call) -> Response:
    """The statement of a month, and that of each to fetch. 200; 422."""
    month = call.query("month") or work.now.date().isoformat()[:7]
    found = service.usage.statement(work, month)
    return page(
        work, call, "costs.html", room="costs", month=month, months=_latest(work.now.date()), rows=found[:MOST],
        sums=service.usage.sums(found),
        count=len(found), stored=sum(each.stored for each in found), requests=sum(each.requests for each in found),
        payouts=service.purchases.payouts(work, month), carried=sum(each.received + each.sent for each in found),
    )  # fmt: skip


def _latest(today: date) -> list[str]:
    """The months that can be chosen, the newest first."""
    first, months = today.replace(day=1), []
    for _ in range(MONTHS):
        months.append(first.isoformat()[:7])
        first = (first - timedelta(days=1)).replace(day=1)
    return months


@routes.on("GET", "/my/costs/{name}", HOSTER)
async def costs_paper(call: Call, name: str) -> Response:
    """The same as a paper, 2026-11.pdf; `locale` says in which language. 200; 422."""
    month = name.removesuffix(".pdf")
    found = await call.scan(service.usage.statement, month)
    return papers.of_host(call.house.settings, _language(call), month, found)


@routes.on("GET", "/my/homes/{domain}/statements/{name}", HOSTER)
def home_paper(work: Work, call: Call, domain: str, name: str) -> Response:
    """The statement of one home as a paper, 2026-11.pdf; `locale` says in which language. 200; 404, 422."""
    listing = homes.at(work, service.homes.clean_domain(domain))
    (found,) = service.usage.of_home(work, listing, name.removesuffix(".pdf"))
    return papers.of_home(work.settings, _language(call), found)


def _language(call: Call) -> str:
    return papers.language(call.query("locale"), call.header("accept-language"))


@routes.on("GET", "/my/jobs", HOSTER)
def jobs_page(work: Work, call: Call) -> Response:
    """Which kinds of jobs went wrong in the last seven days. 200."""
    return page(work, call, "jobs.html", room="jobs", failures=service.usage.failures(work))
