"""Terms of service: which version the host asks for, and whether the owner accepted it (cozy-stack docs/user-action-required.md)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from cozy.kernel.caller import Caller
from cozy.kernel.home import Hosted
from cozy.kernel.settings import Settings
from cozy.kernel.work import Work

from ..errors import TermsUpdated
from ..model import Terms
from . import listing
from .contexts import context, context_of

NOTICE = timedelta(days=30)  # how long before they are due people are told
OPEN_ALL_THE_SAME = {
    "settings",
    "apps",
    "konnectors",
    "auth",
    "move",
    "public",
    ".well-known",
}  # first words of addresses
PAGES_ALL_THE_SAME = ("/my/terms", "/my/settings", "/my/leave")
_VERSION = re.compile(r"v?(\d+)\.[^.]*\.[^.-]*(?:-\d{8})?")
_DAY = re.compile(r"\d{8}$")


def unsigned(work: Work) -> TermsUpdated | None:
    """What to tell the owner when there are terms to accept that are due, or soon will be."""
    return _unsigned(context(work).terms, work.hosted, work.now + NOTICE)


def guard(settings: Settings, hosted: Hosted, now: datetime, path: str, caller: Caller) -> None:
    """Keep a home closed, but for its settings, until the terms that are due are accepted. Raises TermsUpdated."""
    if not settings.contexts or caller.kind in {"nobody", "cli", "system"}:
        return
    if path.split("/", 2)[1] in OPEN_ALL_THE_SAME or path.startswith(PAGES_ALL_THE_SAME):
        return
    if problem := _unsigned(context_of(settings, hosted.context).terms, hosted, now):
        raise problem


def asked(work: Work) -> str:
    """The version that the host asks for; "" for none."""
    return context(work).terms.version


def sign(work: Work, domain: str, version: str) -> None:
    """The owner accepts a version: the host's list says so. Raises NoHome."""
    home = listing.held(work, domain)
    if version:
        listing.change(work, domain, hosted=replace(home.hosted, terms=version))


def is_version(text: str) -> bool:
    """Whether this can be the version of terms."""
    return _number(text) > 0


def _unsigned(asked: Terms, hosted: Hosted, by: datetime) -> TermsUpdated | None:
    due = _due(asked)
    if due is None or by < due or _number(hosted.terms) >= _number(asked.version):
        return None
    return TermsUpdated(version=asked.version, links={"self": asked.url})


def _due(asked: Terms) -> datetime | None:
    """The day from which terms are asked for; None when a version names none."""
    found = _DAY.search(asked.version)
    try:
        return datetime.strptime(found[0], "%Y%m%d").replace(tzinfo=UTC) if found else None
    except ValueError:
        return None


def _number(version: str) -> int:
    """The first number of a version; that of a bare date is 1, and of no version 0."""
    found = _VERSION.fullmatch(version)
    if found:
        return int(found[1])
    return 1 if _DAY.fullmatch(version) else 0
