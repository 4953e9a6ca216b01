"""What the room apps can do.

- `installed(work)`, `manifest(work, slug)`: the apps that a home has.
- `offers.catalogue(house, home)`, `offers.offered(house, home, slug)`: those that it could have.
- `installing.install(house, home, caller, slug, consent=…)`, `.update(…)`, `.uninstall(work, slug)`.
- `allow(work, app, consent)`: give one what the owner agrees to; `more_than(before, after)`: what a version asks anew.
- `folders`: apps in development; `routing`, `files`, `opening`: serving; `intents`, `registries`, `shared`: what apps ask for.
"""

from . import (
    daily,
    files,
    folders,
    installing,
    intents,
    offers,
    opening,
    packing,
    prices,
    registries,
    rights,
    routing,
    services,
    shared,
    sweeping,
)
from .announcing import AnnouncingApps
from .granting import Consent, more_than
from .granting import give as allow
from .installed import installed, manifest
from .linked import LinkedApps

__all__ = [
    "AnnouncingApps",
    "Consent",
    "LinkedApps",
    "allow",
    "daily",
    "files",
    "folders",
    "installed",
    "installing",
    "intents",
    "manifest",
    "more_than",
    "offers",
    "opening",
    "packing",
    "prices",
    "registries",
    "rights",
    "routing",
    "services",
    "shared",
    "sweeping",
]
