"""The API of the administration (cozy-stack docs/admin.md), a file a subject. It answers on `admin_listen` alone."""

from starlette.responses import Response

from cozy.kernel.routes import HOSTER, Routes
from cozy.web.answers import json

from . import contexts, describing, instances, invitations, openapi, payments, plans, usage, ways_in, webhooks

routes = Routes()
paying = payments.routes
for _door in (instances, ways_in, contexts, plans, invitations, usage, webhooks, describing):
    routes.table += _door.routes.table


@routes.on("GET", "/openapi.json", HOSTER)
async def description() -> Response:
    """This API, in the words of OpenAPI 3.1. 200."""
    return json(openapi.described(routes.table))
