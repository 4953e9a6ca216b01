"""The doors of apps: their own origins, and what they expect on the home's."""

from cozy.kernel.routes import Routes

from . import assets, elsewhere, installing, intents, listing, registry
from .serving import routes as app_routes

routes = Routes()
for _door in (assets, elsewhere, installing, intents, listing, registry):
    routes.table += _door.routes.table

__all__ = ["app_routes", "routes"]
