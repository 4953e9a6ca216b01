"""The API of shared drives (cozy-stack docs/shared-drives.md)."""

from cozy.kernel.routes import Routes

from . import door, links, lists, moving, realtime

routes = Routes()
for _door in (lists, moving, links, door, realtime):
    routes.table += _door.routes.table
