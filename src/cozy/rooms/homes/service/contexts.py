"""Contexts: what a host gives a group of homes, from its settings; and feature flags."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from cozy.kernel.home import app_origin
from cozy.kernel.settings import Settings
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents

from ..errors import BadContext, NoContext, NoManager
from ..model import INSTANCE, SETTINGS, Brand, Context, Flags, Ratio, Split, is_domain

LOGOS = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}
LOGO_LIMIT = 256 * 1024  # bytes
_COLOUR = re.compile("#[0-9a-fA-F]{6}")
DEFAULT = "default"  # of homes whose context the settings do not name
_OURS = {
    "app_split",
    "brand",
    "feature_ratios",
    "homes_below",
    "moving_in",
    "oidc",
    "own_domains",
    "plans",
    "registries",
    "sharing",
    "terms",
    "theme",
}  # no business of apps
_ALL = 2**32 - 1


def context(work: Work) -> Context:
    """The context of this home. Raises BadContext."""
    return context_of(work.settings, work.hosted.context)


def context_of(settings: Settings, name: str) -> Context:
    """The context of that name, else the default one. Raises BadContext."""
    return _converted(name, _raw(settings, name))


def members(work: Work) -> dict[str, Any]:
    """Everything that a context holds, without what is the host's own affair."""
    return {
        name: value for name, value in _raw(work.settings, work.hosted.context).items() if name not in _OURS
    }


def member(work: Work, name: str) -> Any:
    """What the context of this home holds under a name; None for nothing."""
    return _raw(work.settings, work.hosted.context).get(name)


def find(settings: Settings, name: str) -> Mapping[str, Any]:
    """What the settings say of a context. Raises NoContext."""
    if name not in settings.contexts:
        raise NoContext(parameter="context")
    return settings.contexts[name]


def lobbies(settings: Settings) -> dict[str, str]:
    """The addresses at which people get a home, and the name of the context that each is of."""
    return {below: name for name, raw in settings.contexts.items() if (below := raw.get("homes_below"))}


def check(settings: Settings) -> None:
    """Make sure that every context can be used. Raises BadContext."""
    for name, raw in settings.contexts.items():
        found = _converted(name, raw)
        if found.homes_below and not is_domain(found.homes_below):
            raise BadContext(f"No homes can be below {found.homes_below}, as the context {name} says.")
        _check_brand(name, found.brand)
        _check_split(name, found.app_split)
        theme = found.theme
        if theme and not Path(theme).is_file():
            raise BadContext(f"The theme of the context {name} is no file: {theme}.")


def _check_brand(name: str, brand: Brand) -> None:
    logo = Path(brand.logo)
    if brand.logo and (logo.suffix not in LOGOS or not logo.is_file() or logo.stat().st_size > LOGO_LIMIT):
        raise BadContext(
            f"The logo of the context {name} is no SVG, PNG or WebP of at most 256 kB: {brand.logo}."
        )
    if brand.colour and not _COLOUR.fullmatch(brand.colour):
        raise BadContext(f"The colour of the context {name} is not like #7a1f5c: {brand.colour}.")


def _check_split(name: str, split: Split | None) -> None:
    parts = (split.developer, split.host, split.brand) if split else (100,)
    if sum(parts) != 100 or min(parts) < 0:
        raise BadContext(f"The parts of app_split of the context {name} are not 100 together.")


def flags(work: Work) -> Flags:
    """The feature flags of this home; of a flag that several sources know, the strongest one decides alone."""
    here = context(work)
    ratios = {name: _shown(parts) for name, parts in here.feature_ratios.items()}
    drawn = {name: _drawn(work.home, name, parts) for name, parts in here.feature_ratios.items()}
    weakest_first = (
        work.settings.features,
        {name: value for name, value in drawn.items() if value is not None},
        here.features,
        work.hosted.flags,
    )
    values: dict[str, Any] = {}
    for source in weakest_first:
        values |= source
    sources = {
        "instance": work.hosted.flags,
        "config": here.features,
        "context": ratios,
        "default": work.settings.features,
    }
    return Flags(values, {name: source for name, source in sources.items() if source})


def onboarded(work: Work) -> str:
    """Where somebody goes who is in for the first time: what the context says, else the first page."""
    target = context(work).onboarded_redirection
    return address_in_app(work, target) if target else "/"


def address_in_app(work: Work, target: str) -> str:
    """The address of a place in an app that is written as its slug and the rest: `drive/#/folder`."""
    slug, _, rest = target.partition("/")
    return f"{app_origin(work.origin, slug, work.settings.subdomains)}/{rest}"


def premium(work: Work) -> str:
    """Where the owner manages what they have with the host. Raises NoManager."""
    manager = context(work).manager_url
    if not manager:
        raise NoManager
    return f"{manager.rstrip('/')}/cozy/instances/{_uuid(work)}/premium"


def _uuid(work: Work) -> str:
    return str(documents.fetch(work, SETTINGS, INSTANCE).body.get("uuid", ""))


def _raw(settings: Settings, name: str) -> Mapping[str, Any]:
    return settings.contexts.get(name) or settings.contexts.get(DEFAULT) or {}


def _converted(name: str, raw: Mapping[str, Any]) -> Context:
    try:
        return msgspec.convert({**raw, "features": _named(raw.get("features", {}))}, Context)
    except msgspec.ValidationError as error:
        raise BadContext(f"The context {name or DEFAULT} of the settings cannot be used: {error}.") from error


def _named(features: Any) -> Any:
    """Flags as a table; those of a list are on, or hold what their own table says."""
    if not isinstance(features, list):
        return features
    named: dict[str, Any] = {}
    for feature in features:
        named |= feature if isinstance(feature, dict) else {str(feature): True}
    return named


def _drawn(home_id: str, name: str, parts: Sequence[Ratio]) -> Any:
    """What a flag is worth in this home: the same each time, and spread over homes as the ratios say."""
    place = zlib.crc32(f"{home_id}:{name}".encode())
    for part in parts:
        width = int(part.ratio * _ALL)
        if part.ratio >= 1 or (part.ratio > 0 and place <= width):
            return part.value
        place -= width
    return None


def _shown(parts: Sequence[Ratio]) -> list[dict[str, Any]]:
    return [{"ratio": part.ratio, "value": part.value} for part in parts]
