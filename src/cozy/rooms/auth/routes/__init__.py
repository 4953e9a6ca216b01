"""The API of getting in (cozy-stack docs/auth.md, docs/settings.md, docs/public.md), a file a subject; its forms are in pages/."""

from cozy.kernel.routes import Routes

from . import (
    access_token,
    addresses,
    clients,
    connecting,
    devices,
    elsewhere,
    flagship,
    getting_in,
    identity,
    passphrase,
    well_known,
)

_DOORS = (
    access_token, addresses, clients, connecting, devices, elsewhere, flagship, getting_in, identity, passphrase, well_known,
)  # fmt: skip
routes = Routes()
for _door in _DOORS:
    routes.table += _door.routes.table
