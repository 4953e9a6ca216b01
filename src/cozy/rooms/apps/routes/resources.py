"""Apps as JSON:API resources."""

from __future__ import annotations

from typing import Any

from cozy.kernel.home import app_origin
from cozy.kernel.work import Work

from ..model import DOCTYPES, App

PATHS = {"app": "/apps", "konnector": "/konnectors"}


def resource(work: Work, app: App) -> dict[str, Any]:
    """An app with the links that clients follow."""
    here = f"{PATHS[app.kind]}/{app.slug}"
    links = {"self": here}
    if app.manifest.icon:
        links["icon"] = f"{here}/icon/{app.manifest.version}"
    if app.kind == "konnector":
        links["permissions"] = f"/permissions/konnectors/{app.slug}"
    elif app.is_usable:
        links["related"] = f"{app_origin(work.origin, app.slug, work.settings.subdomains)}/"
    return {
        "type": DOCTYPES[app.kind],
        "id": app.id,
        "attributes": {**app.body, "slug": app.slug},
        "meta": {"rev": app.rev} if app.rev else {},
        "links": links,
    }
