"""The `/sharings` API, a file for each of those who ask: apps, other homes, anybody."""

from cozy.kernel.routes import Routes

from . import apps, homes, invitations

routes = Routes()
for _door in (apps, homes, invitations):
    routes.table += _door.routes.table
