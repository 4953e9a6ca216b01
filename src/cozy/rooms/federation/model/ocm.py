"""What servers say to each other in Open Cloud Mesh: in the words of 1.1, and in those of 1.0, which Nextcloud speaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field

ACCEPTED, DECLINED, UNSHARED = "SHARE_ACCEPTED", "SHARE_DECLINED", "SHARE_UNSHARED"
RIGHTS_CHANGED = "RESHARE_CHANGE_PERMISSION"
RESOURCES = ("file", "folder")
# What newer servers look for, and behind it what those of 1.1 do.
CAPABILITIES = (
    "notifications", "invites", "protocol-object", "webdav-uri", "/notifications", "/invite-accepted",
)  # fmt: skip


class Resource(Struct, frozen=True):
    """What a server can be sent. protocols: by name, where they begin."""

    name: str = ""
    share_types: Sequence[str] = field(default=(), name="shareTypes")
    protocols: Mapping[str, Any] = {}


class Discovery(Struct, frozen=True):
    """What a server says of itself at `/.well-known/ocm`."""

    enabled: bool = False
    api_version: str = field(default="", name="apiVersion")
    end_point: str = field(default="", name="endPoint")
    provider: str = ""
    resource_types: Sequence[Resource] = field(default=(), name="resourceTypes")
    capabilities: Sequence[str] = ()


class NewShare(Struct, frozen=True, kw_only=True):
    """The body of `POST /shares`. shared_by: what 1.0 calls the sender."""

    share_with: str = field(default="", name="shareWith")
    name: str = ""
    description: str | None = None
    provider_id: str | int = field(default="", name="providerId")
    owner: str = ""
    sender: str | None = None
    shared_by: str | None = field(default=None, name="sharedBy")
    owner_display_name: str | None = field(default=None, name="ownerDisplayName")
    sender_display_name: str | None = field(default=None, name="senderDisplayName")
    shared_by_display_name: str | None = field(default=None, name="sharedByDisplayName")
    share_type: str = field(default="", name="shareType")
    resource_type: str = field(default="", name="resourceType")
    protocol: Mapping[str, Any] = {}


class Notification(Struct, frozen=True, kw_only=True):
    """The body of `POST /notifications`."""

    notification_type: str = field(default="", name="notificationType")
    resource_type: str = field(default="", name="resourceType")
    provider_id: str | int = field(default="", name="providerId")
    notification: Mapping[str, Any] | None = None


class Access(Struct, frozen=True):
    """What opens a share. uri: "" where it is to be found out; may_write: as is said, the other server decides."""

    secret: str
    uri: str = ""
    may_write: bool = False
    requirements: Sequence[str] = ()


def access_of(protocol: Mapping[str, Any]) -> Access | None:
    """What a share's `protocol` says of WebDAV, in any of the three shapes that there are; None where it says nothing."""
    modern, old = _map(protocol.get("webdav")), _map(protocol.get("options"))
    secret = _text(modern.get("sharedSecret")) or _text(old.get("sharedSecret"))
    if not secret:
        return None
    rights = modern.get("permissions")
    said = [_text(each) for each in rights] if isinstance(rights, list) else []
    needs = modern.get("requirements")
    return Access(
        secret, _text(modern.get("uri")), "write" in said,
        [_text(each) for each in needs if each not in ("", "none")] if isinstance(needs, list) else [],
    )  # fmt: skip


def protocol_for(secret: str, uri: str, *, may_write: bool, is_old: bool) -> dict[str, Any]:
    """The `protocol` of a share that is sent. is_old: for a server that knows the words of 1.0 alone."""
    rights = ["read", "write"] if may_write else ["read"]
    webdav = {"sharedSecret": secret, "permissions": rights, "uri": uri}
    if is_old:
        options = {"sharedSecret": secret, "permissions": "{http://open-cloud-mesh.org/ns}share-permissions"}
        return {"name": "webdav", "options": options, "webdav": webdav}
    return {"name": "multi", "options": {}, "webdav": webdav}


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
