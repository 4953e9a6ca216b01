"""What the administration tells of a home: sizes, states, versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cozy.kernel.home import origin_of
from cozy.kernel.settings import Settings
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import Listing

from ..ports import Sizes


def instance(settings: Settings, listing: Listing) -> dict[str, Any]:
    """A home in the words of cozy-stack (docs/admin.md). What its owner says of themself is not in it."""
    hosted = listing.hosted
    asked = homes.contexts.context_of(settings, hosted.context).terms.version
    shown: dict[str, Any] = {
        "domain": listing.domain,
        "prefix": listing.id,
        "state": listing.state,
        "created_at": listing.created_at,
        "context": hosted.context,
        "onboarding_finished": True,
        "disk_quota": None if listing.quota is None else str(listing.quota),
        "tos": hosted.terms,
        "tos_latest": asked if asked != hosted.terms else "",
        "blocked": listing.state == "blocked",
        "blocking_reason": hosted.reason,
        "plan": hosted.plan,
        "plan_asked": hosted.asked_plan,
        "unpaid_since": hosted.unpaid_since,
        "deleting": bool(hosted.leaving_at),
        "moved": listing.state == "gone",
        "feature_flags": hosted.flags,
        **hosted.books,
    }
    return {name: value for name, value in shown.items() if value not in (None, "", {})}


def help_open(settings: Settings, listing: Listing, now: str) -> dict[str, str]:
    """Where the owner lets the host look, and until when; nothing where they do not. now: RFC 3339."""
    hosted = listing.hosted
    if listing.state == "gone" or not hosted.help_code or hosted.help_until <= now:
        return {}
    link = f"{origin_of(settings, listing.domain)}/help/{hosted.help_code}"
    return {"link": link, "until": hosted.help_until}


def size(work: Work) -> int:
    """Bytes that a home holds."""
    return sum(plugged(work) for plugged in work.plugged(Sizes))


def last_day(work: Work, since: str) -> str:
    """The day on which the owner was last seen, 2026-12-31. since: when the home was made, where nobody was."""
    return max(auth.sessions.last_seen(work), since)[:10]


def context(settings: Settings, name: str) -> dict[str, Any]:
    """A context of the settings, without its secrets. Raises NoContext."""
    raw = homes.contexts.find(settings, name)
    told = {member: value for member, value in raw.items() if member not in {"oidc", "registries"}}
    shown: dict[str, Any] = {
        "config": told,
        "context": name,
        "registries": list(homes.contexts.context_of(settings, name).registries),
        "cloudery_endpoint": raw.get("manager_url", ""),
    }
    if oidc := raw.get("oidc"):
        shown["oidc"] = {member: value for member, value in oidc.items() if "secret" not in member}
    return shown


def context_flags(settings: Settings, name: str) -> Mapping[str, Any]:
    """The feature flags of a context. Raises NoContext."""
    homes.contexts.find(settings, name)
    return homes.contexts.context_of(settings, name).features
