"""How a permission is told by the API (cozy-stack docs/permissions.md)."""

from __future__ import annotations

from typing import Any

from . import PERMISSIONS, Permission

_ALWAYS = frozenset({"permissions", "codes", "shortcodes"})  # clients look into them unasked


def resource(permission: Permission, *, with_codes: bool = True) -> dict[str, Any]:
    """A permission, as JSON:API has it. with_codes: whether those of a link are told."""
    attributes: dict[str, Any] = {
        "type": permission.type, "source_id": permission.source, "permissions": permission.rules,
        "expires_at": permission.expires_at, "password": permission.password, "cozyMetadata": permission.metadata,
    }  # fmt: skip
    if with_codes and permission.type == "share":
        attributes |= {"codes": permission.codes, "shortcodes": permission.shortcodes}
    links = {"self": f"/permissions/{permission.id}"}
    if permission.source.startswith("io.cozy.sharings/"):
        links["related"] = "/" + permission.source.removeprefix("io.cozy.")
    return {
        "type": PERMISSIONS, "id": permission.id,
        "attributes": {name: value for name, value in attributes.items() if value or name in _ALWAYS},
        "meta": {"rev": permission.rev} if permission.rev else {}, "links": links,
    }  # fmt: skip
