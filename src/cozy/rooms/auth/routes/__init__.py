"""The API of getting in (cozy-stack docs/auth.md, docs/settings.md, docs/public.md), a file a subject; its forms are in pages/."""

from cozy.kernel.routes import Routes

from . import access_token, clients, getting_in

routes = Routes()
for _door in (access_token, clients, getting_in):
    routes.table += _door.routes.table
