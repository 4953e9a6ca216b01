"""Who is told what becomes of homes, at the console; and what they were told."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.clock import iso
from cozy.kernel.problem import Problem
from cozy.kernel.routes import HOSTER
from cozy.kernel.work import Work
from cozy.ui import N_
from cozy.web.call import Call

from .. import service
from .door import done, page, routes, text, words

WEBHOOKS = "/my/webhooks"
STATES = {
    "waiting": (N_("Waiting"), "lamp"),
    "sent": (N_("Sent"), "ok"),
    "given_up": (N_("Given up"), "warn"),
}


@routes.on("GET", WEBHOOKS, HOSTER)
def webhooks_page(work: Work, call: Call) -> Response:
    """Addresses, and the last messages. 200."""
    return _page(work, call, 200, "", "")


@routes.on("POST", WEBHOOKS, HOSTER)
async def add_webhook(call: Call, form: FormData) -> Response:
    """Tell an address from now on; the page says the secret. 201; 422."""
    url = text(form, "url")
    try:
        _, secret = await call.write(service.webhooks.add, url)
    except Problem as problem:
        return await call.read(_page, call, 422, url, words(call).gettext(problem.detail))
    return await call.read(_page, call, 201, "", "", secret)


@routes.on("POST", f"{WEBHOOKS}/{{webhook_id}}/secret", HOSTER)
async def renew_secret(call: Call, webhook_id: str, form: FormData) -> Response:
    """A new secret, which the page says. 201; 404."""
    secret = await call.write(service.webhooks.renew, webhook_id)
    return await call.read(_page, call, 201, "", "", secret)


@routes.on("POST", f"{WEBHOOKS}/{{webhook_id}}/dropped", HOSTER)
async def drop_webhook(call: Call, webhook_id: str, form: FormData) -> Response:
    """Tell it nothing any more. 303; 404."""
    await call.write(service.webhooks.drop, webhook_id)
    return done(call, WEBHOOKS, N_("This address is told nothing any more."))


@routes.on("POST", "/my/deliveries/{delivery_id}/again", HOSTER)
async def send_again(call: Call, delivery_id: str, form: FormData) -> Response:
    """Send a message anew. 303; 404."""
    await call.write(service.webhooks.send_again, delivery_id)
    return done(call, WEBHOOKS, N_("It is sent again."))


def _page(work: Work, call: Call, status: int, url: str, error: str, secret: str = "") -> Response:
    told = service.webhooks.listed(work)
    return page(
        work, call, "webhooks.html", status, "webhooks", webhooks=told, url=url, error=error, secret=secret, now=iso(work.now),
        deliveries=service.webhooks.deliveries(work), states=STATES, addresses={each.id: each.url for each in told},
    )  # fmt: skip
