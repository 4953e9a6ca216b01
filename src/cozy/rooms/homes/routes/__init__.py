"""The API of a home's settings and portrait (cozy-stack docs/settings.md, docs/public.md), a file a subject."""

from cozy.kernel.routes import Routes

from . import avatar, contexts, instance

routes = Routes()
for _door in (avatar, contexts, instance):
    routes.table += _door.routes.table
