"""The `/permissions` API, a file a subject."""

from cozy.kernel.routes import Routes

from . import ledger, links

routes = Routes()
for _door in (ledger, links):
    routes.table += _door.routes.table
