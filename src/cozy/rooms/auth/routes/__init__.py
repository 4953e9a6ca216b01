"""The API of getting in (cozy-stack docs/auth.md, docs/settings.md, docs/public.md), a file a subject; its forms are in pages/."""

from cozy.kernel.routes import Routes

from . import (
    access_token,
    addresses,
    clients,
    devices,
    flagship,
    getting_in,
    identity,
    passphrase,
    usage,
    well_known,
)

routes = Routes()
for _door in (
    access_token,
    addresses,
    clients,
    devices,
    flagship,
    getting_in,
    identity,
    passphrase,
    usage,
    well_known,
):
    routes.table += _door.routes.table
