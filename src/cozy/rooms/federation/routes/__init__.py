"""Open Cloud Mesh for other servers: who we are, shares and what is said of them; and what we share, over WebDAV."""

from cozy.kernel.routes import Routes

from . import api, webdav

routes = Routes()
for _door in (api, webdav):
    routes.table += _door.routes.table
