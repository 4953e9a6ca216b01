"""The doors of Nextcloud's clients, a file a subject."""

from cozy.kernel.routes import Routes

from . import ocs, previews, status

routes = Routes()
for _door in (status, ocs, previews):
    routes.table += _door.routes.table
