"""Webhooks: who is told what becomes of homes."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct
from msgspec.structs import asdict
from starlette.responses import Response

from cozy.kernel.routes import HOSTER, Routes
from cozy.kernel.work import Work
from cozy.web.answers import json, nothing
from cozy.web.call import Call

from .. import service
from ..model import Ringing, Webhook
from .asking import asks

routes = Routes()


@routes.on("GET", "/webhooks", HOSTER)
def webhooks(work: Work) -> Response:
    """Who is told, without the secrets. 200."""
    return json([shown(each) for each in service.webhooks.listed(work)])


@routes.on("POST", "/webhooks", HOSTER)
def add_webhook(work: Work, body: Ringing) -> Response:
    """Tell this address from now on. 201, with the secret that it checks messages with, which is told this once; 400, 409, 422."""
    webhook, secret = service.webhooks.add(work, body.url)
    return json({**shown(webhook), "secret": secret}, 201)


@routes.on("POST", "/webhooks/{webhook_id}/secret", HOSTER)
def renew_secret(work: Work, webhook_id: str) -> Response:
    """A new secret, which is told this once; the one before signs, too, for two days. 201; 404."""
    return json({"secret": service.webhooks.renew(work, webhook_id)}, 201)


@routes.on("DELETE", "/webhooks/{webhook_id}", HOSTER)
def drop_webhook(work: Work, webhook_id: str) -> Response:
    """Tell it nothing any more, not even what waits. 204; 404."""
    service.webhooks.drop(work, webhook_id)
    return nothing()


class Told(Struct):
    """Which messages."""

    state: Annotated[str, Meta(description="`waiting`, `sent` or `given_up`; all without it.")] = ""


@routes.on("GET", "/deliveries", HOSTER)
@asks(Told)
def deliveries(work: Work, call: Call) -> Response:
    """The last thousand messages, the newest first; `state`: waiting, sent or given_up. 200; 422."""
    return json(service.webhooks.deliveries(work, call.query("state"), 1000))


@routes.on("POST", "/deliveries/{delivery_id}/again", HOSTER)
def send_again(work: Work, delivery_id: str) -> Response:
    """Send a message anew, under the same id, however it ended before. 204; 404."""
    service.webhooks.send_again(work, delivery_id)
    return nothing()


def shown(webhook: Webhook) -> dict[str, Any]:
    """A webhook, without its secret."""
    return {name: value for name, value in asdict(webhook).items() if not name.startswith("secret")}
