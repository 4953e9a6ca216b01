"""The document io.cozy.settings.instance, as apps read and write it (cozy-stack docs/settings.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import convert
from msgspec.structs import replace

from cozy.kernel.clock import time_zones
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.documents.errors import UpdateConflict
from cozy.rooms.documents.model import Document

from ..errors import BadProfile
from ..model import INSTANCE, SETTINGS, Profile
from ..ports import Capabilities, InstanceFacts
from .contexts import context
from .profile import clean_profile, locale_of, tell

SAFE_FROM_APPS = (
    "email",
    "pending_email",
)  # a mail address opens the home: only its owner changes it, by passphrase
FOR_GUESTS = ("public_name", "locale", "tz", "context", "onboarding_finished", "default_redirection")
KEPT = (*Profile.__struct_fields__, "uuid")  # what a home cannot be without
_LOCALE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?")
_NEVER_STORED = {
    "auth_mode", "auto_update", "context", "legal_notice_url", "oidc_id", "oidc_logout_url", "onboarding_finished",
    "org_domain", "org_id", "password_defined", "sponsorships", "tos", "tos_latest",
}  # fmt: skip


def read(work: Work) -> Document:
    """The settings document, with what is known of the home beside it; for a guest of a link only what pages need."""
    told = _dressed(work, documents.fetch(work, SETTINGS, INSTANCE))
    if work.caller.kind != "share":
        return told
    return replace(told, body={name: told.body[name] for name in FOR_GUESTS if name in told.body})


def change(work: Work, rev: str, given: Mapping[str, Any]) -> Document:
    """Put these members in place of all that apps may change. Nothing happens when they say what is there already.

    Raises NobodyIn, NotAllowed, BadProfile, UpdateConflict.
    """
    documents.ask(work, "PUT", SETTINGS, {INSTANCE}, None)
    current = documents.fetch(work, SETTINGS, INSTANCE)
    body = _changed(work, current.body, given)
    if body == current.body:
        return _dressed(work, current)
    if rev != current.rev:
        raise UpdateConflict(id=INSTANCE)
    written = documents.update(work, current, body)
    tell(work, current, written)
    return _dressed(work, written)


def forget_move(work: Work) -> None:
    """The owner knows now that this home came from elsewhere."""
    current = documents.fetch(work, SETTINGS, INSTANCE)
    if "moved_from" in current.body:
        documents.update(work, current, {k: v for k, v in current.body.items() if k != "moved_from"})


def capabilities(work: Work) -> dict[str, bool]:
    """What this home can do, as apps ask."""
    told = {
        "file_versioning": False,
        "flat_subdomains": work.settings.subdomains == "flat",
        "can_auth_with_password": False,
        "can_auth_with_magic_links": False,
        "can_auth_with_oidc": False,
    }
    for plugged in work.plugged(Capabilities):
        told |= plugged(work)
    return told


def _changed(work: Work, before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    body = {k: v for k, v in given.items() if k not in _NEVER_STORED and not k.startswith("_")}
    for name in KEPT:
        if name in before and body.get(name) is None:
            body[name] = before[name]
    if body.get("default_redirection") == _default_redirection(work) and "default_redirection" not in before:
        del body["default_redirection"]  # what we told: no choice of the owner
    body["uuid"] = before.get("uuid", "")
    body["onboarding_finished"] = True
    if work.caller.kind != "cli":
        for name in SAFE_FROM_APPS:
            body.pop(name, None)
            if name in before:
                body[name] = before[name]
    return _clean(body)


def _clean(body: dict[str, Any]) -> dict[str, Any]:
    """The same, as we keep it. Raises BadProfile."""
    if not (isinstance(body["locale"], str) and _LOCALE.fullmatch(body["locale"])):
        raise BadProfile("This language is not available.", parameter="locale")
    if body["tz"] not in time_zones():
        raise BadProfile("This time zone is not known.", parameter="tz")
    try:
        profile = convert({**body, "locale": locale_of(body)}, Profile)
    except ValueError as error:
        raise BadProfile(f"This value cannot be used here: {error}.") from error
    clean = clean_profile(profile)
    return {**body, "public_name": clean.public_name, "email": clean.email}


def _default_redirection(work: Work) -> str:
    return context(work).default_redirection or "home/"


def _dressed(work: Work, found: Document) -> Document:
    here = context(work)
    redirection = found.body.get("default_redirection")
    is_usable = isinstance(redirection, str) and redirection and not redirection.startswith("http")
    known = {
        "onboarding_finished": True,
        "auto_update": True,
        "tos": work.hosted.terms,
        "tos_latest": here.terms.version,
        "context": work.hosted.context,
        "default_redirection": redirection if is_usable else _default_redirection(work),
    }
    for plugged in work.plugged(InstanceFacts):
        known |= plugged(work)
    body = {**found.body, **known}
    return Document(found.doctype, found.id, found.rev, body, found.seq, found.deleted, found.revisions)
