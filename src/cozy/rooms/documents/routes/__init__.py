"""The `/data` API (cozy-stack docs/data-system.md, mango.md; CouchDB for what replicas ask), a file a subject."""

from cozy.kernel.routes import Routes

from . import bulk, changes, designs, doctypes, finding, lists, replicas, single

routes = Routes(errors="couchdb")
for _door in (bulk, changes, designs, doctypes, finding, lists, replicas, single):
    routes.table += _door.routes.table
