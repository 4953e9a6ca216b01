"""What fetches things from elsewhere: the accounts that there are, and what could be added."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.apps import service as apps
from cozy.web.call import Call

from .. import service
from ..model import is_by_form
from ..service.accounts import Account
from . import say
from .door import CONNECTORS, EVERY, page, routes, sign, words


@routes.on("GET", CONNECTORS, OWNER)
async def listed(call: Call) -> Response:
    """The accounts, how it goes with each, and what else there is. 200."""
    return await call.scan(_listed, call)


def _listed(work: Work, call: Call) -> Response:
    locale = words(work).locale
    accounts = sorted((_row(work, each, locale) for each in service.accounts.every(work)), key=_order)
    here = {app.slug: app for app in apps.installed(work, "konnector")}
    for slug in service.shipped.slugs():
        here.setdefault(slug, service.accounts.connector(work, slug))
    offered = [
        {
            "sign": sign(app, slug, locale),
            "by_form": is_by_form(app.body),
            "page": f"{CONNECTORS}/{slug}" if app.rev else "",
        }
        for slug, app in here.items()
        if app.is_usable
    ]
    return page(
        work,
        call,
        "list.html",
        accounts=accounts,
        offered=sorted(offered, key=lambda each: str(each["sign"].name)),
    )


def _order(row: dict[str, Any]) -> tuple[bool, str, str]:
    """What asks for the owner comes first."""
    return (row["standing"].state != "errored", row["sign"].name, row["account"].name)


def _row(work: Work, account: Account, locale: str) -> dict[str, Any]:
    standing = service.standing(work, account)
    said = words(work)
    return {
        "account": account, "sign": sign(account.app, account.slug, locale), "standing": standing,
        "outcome": say.outcome(said, standing.last) if standing.last else "", "every": said.gettext(EVERY[service.every_of(account)]),
    }  # fmt: skip
