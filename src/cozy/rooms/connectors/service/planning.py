"""When a connector runs for an account, where its author says how often (cozy-stack docs/konnectors.md)."""

from __future__ import annotations

from zlib import crc32

from cozy.kernel.work import Work
from cozy.rooms.apps import service as apps
from cozy.rooms.apps.model import App
from cozy.rooms.documents.model import Document
from cozy.rooms.jobs import service as jobs
from cozy.rooms.jobs.service.triggers import Wanted

NIGHT = (0, 5)  # hours between which connectors run whose authors name none
SOME = "yes"  # in place of a folder: the first run makes it, and names it
_DAYS, _WEEKDAYS = 28, 7


def plan(work: Work, slug: str, account_id: str, *, now: bool = False) -> Document:
    """A new trigger that runs a connector for an account. now: it is run at once, too. Raises NoApp, BadSlug, NotAllowed."""
    app = apps.manifest(work, slug, "konnector")
    message = {
        "konnector": slug,
        "account": account_id,
        **({"folder_to_save": SOME} if _saves_files(app) else {}),
    }
    wanted = Wanted(type="@cron", worker="konnector", arguments=cron(app, account_id), message=message)
    trigger = jobs.triggers.create(work, wanted)
    if now:
        jobs.running.push(work, jobs.triggers.asked_by(trigger, is_manual=True))
    return trigger


def cron(app: App, account_id: str) -> str:
    """The line of cron for an account: each has its own minute, so that not all begin at once."""
    place = crc32(f"{app.slug}/{account_id}".encode())
    first, last = _hours(app)
    minute, hour = place % 60, first + place // 60 % (last - first)
    match app.body.get("frequency"):
        case "hourly":
            return f"0 {minute} * * * *"
        case "daily":
            return f"0 {minute} {hour} * * *"
        case "monthly":
            return f"0 {minute} {hour} {place // 3600 % _DAYS + 1} * *"
        case _:
            return f"0 {minute} {hour} * * {place // 3600 % _WEEKDAYS}"


def _saves_files(app: App) -> bool:
    """Whether its author says that it has a folder."""
    match app.body:
        case {"folders": list()} | {"fields": {"advanced_fields": {"folderPath": _}}}:
            return True
        case _:
            return False


def _hours(app: App) -> tuple[int, int]:
    """The hours between which its author wants it to run."""
    match app.body.get("time_interval"):
        case [int(first), int(last)] if 0 <= first < last <= 24:
            return first, last
        case _:
            return NIGHT
