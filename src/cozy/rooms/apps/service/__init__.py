"""What the room apps can do.

- `installed(work)`, `manifest(work, slug)`: the apps that a home has.
- `offers.catalogue(house, home)`, `offers.offered(house, home, slug)`: those that it could have.
- `installing.install(house, home, caller, slug, consent=…)`, `.update(…)`, `.uninstall(work, slug)`.
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
    registries,
    rights,
    routing,
    shared,
)
from .granting import Consent
from .installed import installed, manifest
from .linked import LinkedApps

__all__ = [
    "Consent",
    "LinkedApps",
    "daily",
    "files",
    "folders",
    "installed",
    "installing",
    "intents",
    "manifest",
    "offers",
    "opening",
    "packing",
    "registries",
    "rights",
    "routing",
    "shared",
]
