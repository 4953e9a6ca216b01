"""How the owner wants to be told: by kind and channel, at which hours."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import SETTINGS

from ..errors import BadTime
from ..model import Preferences, Rule
from . import kinds

ID = "io.cozy.settings.notifications"
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_DAY = timedelta(days=1)


def chosen(work: Work) -> Preferences:
    """What the owner chose."""
    found = documents.fetch_many(work, SETTINGS, [ID]).get(ID)
    try:
        return _checked(msgspec.convert(found.body if found else {}, Preferences))
    except (msgspec.ValidationError, BadTime):  # an app that may write settings wrote something else there
        return Preferences()


def choose(work: Work, preferences: Preferences) -> None:
    """Be told like this from now on. Raises BadTime."""
    body = msgspec.to_builtins(_checked(preferences))
    found = documents.fetch_many(work, SETTINGS, [ID]).get(ID)
    if found is None:
        documents.create(work, SETTINGS, body, id_=ID)
    else:
        documents.update(work, found, body)


def _checked(preferences: Preferences) -> Preferences:
    for parameter in ("quiet_from", "quiet_until", "digest_at"):
        text = getattr(preferences, parameter)
        if not _TIME.fullmatch(text) and (text or parameter == "digest_at"):
            raise BadTime(parameter=parameter)
    if bool(preferences.quiet_from) != bool(preferences.quiet_until):
        raise BadTime(parameter="quiet_until" if preferences.quiet_from else "quiet_from")
    return preferences


def rule_of(work: Work, preferences: Preferences, name: str) -> Rule:
    """How one kind is told. What is about the safety of the home is always mailed at once."""
    kind = kinds.find(work, name)
    rule = preferences.kinds.get(name) or (kind.rule if kind else Rule())
    return Rule("at_once", rule.push) if kind and kind.is_safety else rule


def is_urgent(work: Work, name: str) -> bool:
    """Whether a kind is told at any hour."""
    kind = kinds.find(work, name)
    return kind is not None and kind.is_safety


def end_of_quiet(work: Work, preferences: Preferences) -> datetime | None:
    """When the quiet hours end that it is in now; None when it is in none."""
    if not preferences.quiet_from or preferences.quiet_from == preferences.quiet_until:
        return None
    zone = ZoneInfo(homes.profile(work).tz)
    begins, ends = (time.fromisoformat(text) for text in (preferences.quiet_from, preferences.quiet_until))
    now = work.now.astimezone(zone).time()
    is_quiet = begins <= now < ends if begins < ends else now >= begins or now < ends
    return next_time(work.now, preferences.quiet_until, zone) if is_quiet else None


def next_digest(work: Work, preferences: Preferences) -> datetime:
    """When the next daily mail is due."""
    return next_time(work.now, preferences.digest_at, ZoneInfo(homes.profile(work).tz))


def next_time(now: datetime, text: str, zone: ZoneInfo) -> datetime:
    """When the owner's clock shows this time next."""
    local = now.astimezone(zone)
    at = datetime.combine(local.date(), time.fromisoformat(text), zone)
    if at.astimezone(UTC) <= now:
        at = datetime.combine(local.date() + _DAY, time.fromisoformat(text), zone)
    return at.astimezone(UTC)
