"""The calendar by month, week, day and as a list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from msgspec import Struct
from starlette.responses import Response

from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.rooms.documents import service as documents
from cozy.rooms.homes import service as homes
from cozy.ui import N_
from cozy.web.answers import see_other
from cozy.web.call import Call
from cozy.web.cookies import read_cookie, set_cookie

from .agenda import agenda
from .dates import (
    DAYS,
    day_title,
    first_weekday,
    month_before,
    month_name,
    next_month,
    range_title,
    read_day,
    read_month,
    week_of,
    weekday_names,
    weeks_of,
)  # fmt: skip
from .door import CALENDAR, now, page, routes, today, words
from .hours import days_from, hours
from .month import month
from .reading import calendars, legend, shown_between
from .who import seen

VIEWS = ("month", "week", "day", "agenda")
LISTED = 30  # days of a list
KEPT_S = 365 * 86_400  # how long a browser remembers which view its reader likes


class Turn(Struct, frozen=True):
    """Where one is in time, and what comes before and after."""

    view: str
    anchor: date
    heading: str
    before: str
    before_label: str
    after: str
    after_label: str


@routes.on("GET", CALENDAR, OWNER)
async def calendar(call: Call) -> Response:
    """The calendar of today, as this browser's reader likes it: at first by month, on phones as a list. 200."""
    return await call.scan(_at, call, liked(call), "")


@routes.on("GET", f"{CALENDAR}/month/{{month}}", OWNER)
async def by_month(call: Call, month: str) -> Response:
    """A month: `2026-11`. 200."""
    return await call.scan(_at, call, _kept(call, "month"), month)


@routes.on("GET", f"{CALENDAR}/week/{{day}}", OWNER)
async def by_week(call: Call, day: str) -> Response:
    """The week of a day: `2026-11-27`. 200."""
    return await call.scan(_at, call, _kept(call, "week"), day)


@routes.on("GET", f"{CALENDAR}/day/{{day}}", OWNER)
async def by_day(call: Call, day: str) -> Response:
    """A day. 200."""
    return await call.scan(_at, call, "day", day)


@routes.on("GET", f"{CALENDAR}/agenda/{{day}}", OWNER)
async def as_list(call: Call, day: str) -> Response:
    """What happens from a day on. 200."""
    return await call.scan(_at, call, _kept(call, "agenda"), day)


@routes.on("GET", f"{CALENDAR}/go", OWNER)
def go(work: Work, call: Call) -> Response:
    """The page that shows a date. view, date: as in its address. 303."""
    view = call.query("view")
    day = read_day(call.query("date"), today(work))
    return see_other(address(view if view in VIEWS else "month", day))


def address(view: str, day: date) -> str:
    """The page of a view that shows a day."""
    return f"{CALENDAR}/{view}/{day.isoformat()[:7] if view == 'month' else day}"


def liked(call: Call) -> str:
    """The view that this browser's reader chose last; a list at first on phones (MDN: "Mobi" tells them)."""
    kept = read_cookie(call, "calendar-view")
    if kept in VIEWS:
        return kept
    return "agenda" if "Mobi" in call.header("user-agent") else "month"


def _kept(call: Call, view: str) -> str:
    set_cookie(call, "calendar-view", view, max_age_s=KEPT_S)
    return view


def _at(work: Work, call: Call, view: str, at: str) -> Response:
    seq = documents.last_seq(work)
    show: Callable[[Work, Call, str], tuple[Turn, dict[str, Any]]] = _SHOWN[view]
    turn, context = show(work, call, at)
    profile = homes.profile(work)
    where = turn.anchor if turn.view != "month" or turn.anchor.month != today(work).month else today(work)
    return page(
        work, call, f"{'hours' if view in {'week', 'day'} else view}.html", seq=seq,
        view=view, heading=turn.heading, anchor=where, before_url=turn.before, before_label=turn.before_label,
        after_url=turn.after, after_label=turn.after_label, today_url=address(view, today(work)),
        urls={each: address(each, where) for each in VIEWS}, calendars=legend(work), here=quote(call.request.url.path),
        zone=profile.tz, zone_unknown=profile.tz == "UTC",
        seen=seen(work, [each.id for each in calendars(work)]), **context,
    )  # fmt: skip


def _month(work: Work, call: Call, at: str) -> tuple[Turn, dict[str, Any]]:
    profile = homes.profile(work)
    first, weekday = read_month(at, today(work)), first_weekday(profile.locale, profile.tz)
    weeks = weeks_of(first, weekday)
    shown = shown_between(work, weeks[0][0], weeks[-1][-1])
    before, after, gettext = month_before(first), next_month(first), _gettext(work)
    turn = Turn(
        "month", first, month_name(first, profile.locale),
        address("month", before), gettext(N_("The month before")), address("month", after), gettext(N_("The month after")),
    )  # fmt: skip
    last = after - timedelta(days=1)
    return turn, {
        "weeks": month(first, weekday, shown), "weekdays": weekday_names(weeks[0], profile.locale),
        "days": agenda(first, last, [each for each in shown if each.last_day >= first and each.first_day <= last]),
    }  # fmt: skip


def _week(work: Work, call: Call, at: str) -> tuple[Turn, dict[str, Any]]:
    profile = homes.profile(work)
    first = week_of(read_day(at, today(work)), first_weekday(profile.locale, profile.tz))
    days, gettext = days_from(first, DAYS), _gettext(work)
    turn = Turn(
        "week", first, range_title(first, days[-1], profile.locale),
        address("week", first - timedelta(days=DAYS)), gettext(N_("The week before")),
        address("week", first + timedelta(days=DAYS)), gettext(N_("The week after")),
    )  # fmt: skip
    return turn, _hours(work, days, profile.locale)


def _day(work: Work, call: Call, at: str) -> tuple[Turn, dict[str, Any]]:
    profile = homes.profile(work)
    day, gettext = read_day(at, today(work)), _gettext(work)
    turn = Turn(
        "day", day, day_title(day, profile.locale),
        address("day", day - timedelta(days=1)), gettext(N_("The day before")),
        address("day", day + timedelta(days=1)), gettext(N_("The day after")),
    )  # fmt: skip
    return turn, _hours(work, [day], profile.locale)


def _hours(work: Work, days: list[date], locale: str) -> dict[str, Any]:
    shown = shown_between(work, days[0], days[-1])
    return {"hours": hours(days, shown, now(work)), "weekdays": weekday_names(days, locale)}


def _agenda(work: Work, call: Call, at: str) -> tuple[Turn, dict[str, Any]]:
    profile = homes.profile(work)
    first = read_day(at, today(work))
    last, gettext = first + timedelta(days=LISTED - 1), _gettext(work)
    turn = Turn(
        "agenda", first, range_title(first, last, profile.locale),
        address("agenda", first - timedelta(days=LISTED)), gettext(N_("Earlier")),
        address("agenda", first + timedelta(days=LISTED)), gettext(N_("Later")),
    )  # fmt: skip
    shown = shown_between(work, first, last)
    return turn, {"days": agenda(first, last, shown), "last": last, "length": LISTED}


def _gettext(work: Work) -> Callable[[str], str]:
    return words(work).gettext


_SHOWN: dict[str, Callable[[Work, Call, str], tuple[Turn, dict[str, Any]]]] = {
    "month": _month, "week": _week, "day": _day, "agenda": _agenda,
}  # fmt: skip
