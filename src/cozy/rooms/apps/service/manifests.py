"""Reading manifests, which anybody may have written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from posixpath import normpath
from typing import Any

import msgspec

from cozy.rooms.permissions.model import Rule

from ..errors import BadManifest, BadSlug
from ..model import Kind, Manifest

SIZE_LIMIT = 2 * 1024 * 1024  # bytes, as cozy-stack's
_PARTS_LIMIT = 500  # routes, permissions, services, intents
_TEXT_LIMIT = 500  # characters of what is shown in lists
_SLUG = re.compile(r"[a-z0-9-]{1,63}")
_DOCTYPE = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_WIDE = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+){2,}\.\*")  # io.cozy.bank.*, but not io.cozy.*
_TYPES: Mapping[Kind, set[str]] = {"app": {"", "webapp"}, "konnector": {"", "konnector"}}
_OURS = ("_id", "_rev", "id", "rev", "state", "source", "checksum", "error", "available_version")


def clean_slug(slug: str) -> str:
    """A slug that can be part of a host's name. Raises BadSlug."""
    if not _SLUG.fullmatch(slug):
        raise BadSlug(slug=slug[:100], parameter="slug")
    return slug


def read(raw: bytes, kind: Kind) -> dict[str, Any]:
    """What a manifest holds, made whole; all of it that we use is as it should be. Raises BadManifest."""
    if len(raw) > SIZE_LIMIT:
        raise BadManifest("The manifest is larger than what is accepted.", limit=SIZE_LIMIT)
    try:
        body = msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf"), type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise BadManifest(f"The manifest cannot be used: {error}") from error
    return checked(body, kind)


def checked(body: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    """The same for a manifest that was read already. Raises BadManifest."""
    try:
        body = {name: _without_nulls(value) for name, value in body.items() if value is not None}
        manifest = msgspec.convert(body, Manifest)
    except (msgspec.ValidationError, RecursionError) as error:
        raise BadManifest(f"The manifest cannot be used: {error}") from error
    _check(manifest, kind)
    if kind == "app" and not manifest.routes:
        body["routes"] = {"/": {"folder": "/", "index": "index.html", "public": False}}
    return {name: value for name, value in body.items() if name not in _OURS}


def _without_nulls(value: Any) -> Any:
    """The same without members that are null, which say as little as those that are not there."""
    if isinstance(value, dict):
        return {name: _without_nulls(member) for name, member in value.items() if member is not None}
    return [_without_nulls(item) for item in value] if isinstance(value, list) else value


def _check(manifest: Manifest, kind: Kind) -> None:
    if manifest.type not in _TYPES[kind]:
        raise BadManifest(f"This is the manifest of a {manifest.type[:50]}.")
    if kind == "konnector" and manifest.price.amount:
        raise BadManifest("A connector has no price: only an app has one.")
    parts = (manifest.routes, manifest.permissions, manifest.services, manifest.intents)
    if any(len(each) > _PARTS_LIMIT for each in parts):
        raise BadManifest("The manifest names more things than what is accepted.", limit=_PARTS_LIMIT)
    shown = (manifest.name, manifest.name_prefix, manifest.editor, manifest.version, manifest.icon)
    if any(len(text) > _TEXT_LIMIT for text in shown):
        raise BadManifest("A text of the manifest is too long.", limit=_TEXT_LIMIT)
    for rule in manifest.permissions.values():
        _check_rule(rule)


def _check_rule(rule: Rule) -> None:
    """An app names what it wants to use: never everything."""
    if not _DOCTYPE.fullmatch(rule.doctype) and not _WIDE.fullmatch(rule.doctype):
        raise BadManifest(f"An app cannot ask for documents of the type {rule.doctype[:100]!r}.")


def inside(path: str) -> str:
    """A path in an app, from its top: `/icon.svg`, whatever dots the author or a visitor put into it."""
    return normpath(f"/{path.lstrip('/')}")
