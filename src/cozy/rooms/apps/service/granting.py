"""What an app is given when it is installed, and what it keeps of that when a new version asks for something else."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from cozy.kernel.work import Work
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Permission, Rule, grant_of

from ..model import App, Manifest

Rules = Mapping[str, Rule]


class Consent(Struct, frozen=True):
    """What the owner agrees to: everything that the manifest asks for, or some rules of it, and until when."""

    rules: Rules | None = None  # by the titles of the manifest; None for all of them
    expires_at: str = ""  # RFC 3339; "" for no end


def give(work: Work, app: App, consent: Consent) -> Permission:
    """Give an app what the owner agrees to; nothing that its manifest does not ask for."""
    asked = app.manifest.permissions
    wanted = asked if consent.rules is None else consent.rules
    rules = {title: rule for title, rule in wanted.items() if title in asked and covers([asked[title]], rule)}
    return _grant(work, app, rules, consent.expires_at)


def keep(work: Work, app: App, before: Manifest) -> Permission:
    """Let a new version have what the old one had: what the owner took away stays away, what is new is given.

    Only after the owner agreed to what is new, or when there is nothing new.
    """
    held = permissions.of_source(work, app.kind, app.slug)
    given = dict(held.rules) if held else {}
    rules = {title: rule for title, rule in given.items() if title not in before.permissions}
    for title, rule in app.manifest.permissions.items():
        if before.permissions.get(title) != rule:
            rules[title] = rule
        elif title in given:
            rules[title] = given[title]
    return _grant(work, app, rules, held.expires_at if held else "")


def asks_for_more(before: Manifest, after: Manifest) -> bool:
    """Whether a new version wants something that the old one did not, or has other terms."""
    return bool(more_than(before, after)) or before.terms.version != after.terms.version


def more_than(before: Manifest, after: Manifest) -> dict[str, Rule]:
    """What a new version wants that the old one did not, by title."""
    known = list(before.permissions.values())
    return {title: rule for title, rule in after.permissions.items() if not covers(known, rule)}


def covers(known: list[Rule], rule: Rule) -> bool:
    """Whether one of these rules allows all that another does."""
    new = grant_of(rule)
    return any(
        old.doctype == new.doctype
        and set(new.verbs) <= set(old.verbs)
        and (not old.values or (old.selector == new.selector and bool(new.values) and set(new.values) <= set(old.values)))
        for old in map(grant_of, known)
    )  # fmt: skip


def take_back(work: Work, app: App) -> None:
    """Take back what an app was given, and with it its tokens."""
    if held := permissions.of_source(work, app.kind, app.slug):
        permissions.withdraw(work, held)


def _grant(work: Work, app: App, rules: Rules, expires_at: str) -> Permission:
    manifest = app.manifest
    return permissions.grant(
        work, app.kind, app.slug, rules,
        title=manifest.name or app.slug, purpose=manifest.short_description[:500], expires_at=expires_at,
    )  # fmt: skip
