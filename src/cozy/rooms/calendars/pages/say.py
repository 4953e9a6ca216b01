"""When things are, in words of the owner's language."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from babel import Locale
from babel.dates import format_date
from babel.units import format_unit
from msgspec import Struct

from cozy.ui import N_, Words, formats

from .dates import day_short, day_title
from .shown import Shown


class Say(Struct, frozen=True):
    """Words for times. now: in the owner's time zone."""

    words: Words
    now: datetime

    def time(self, shown: Shown) -> str:
        """14:00 – 15:30; all day; 27 Nov – 3 Dec."""
        if not shown.is_bar:
            return self.span(shown.start, shown.end)
        if shown.first_day == shown.last_day:
            return self.words.gettext(N_("all day"))
        return f"{self._date(shown.first_day)} – {self._date(shown.last_day)}"

    def span(self, start: datetime, end: datetime) -> str:
        """14:00 – 15:30; only the first when it takes no time."""
        said = [formats.hour(at, at, self.words.locale) for at in ([start, end] if end > start else [start])]
        return " – ".join(said)

    def length(self, length: timedelta) -> str:
        """1 hr 30 min."""
        hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
        units = [(hours, "duration-hour"), (minutes, "duration-minute")]
        said = [
            format_unit(number, unit, "short", locale=self.words.locale) for number, unit in units if number
        ]
        return " ".join(said)

    def hint(self, shown: Shown) -> str:
        """What a pointer that rests on it is told: "Lunch, Friday 27 November, 12:30 – 14:00, Family"."""
        parts = [shown.title, self.day(shown.first_day), self.time(shown), shown.place, shown.calendar]
        if shown.first_day != shown.last_day:
            del parts[1]
        return ", ".join([part for part in parts if part] + ([shown.note] if shown.note else []))

    def when(self, shown: Shown) -> str:
        """Friday 27 November 2026, 12:30 – 14:00."""
        first, last = self._full(shown.first_day), self._full(shown.last_day)
        if shown.is_all_day:
            return first if shown.first_day == shown.last_day else f"{first} – {last}"
        if shown.first_day == shown.last_day:
            return f"{first}, {self.span(shown.start, shown.end)}"
        start, end = (formats.hour(at, at, self.words.locale) for at in (shown.start, shown.end))
        return f"{first}, {start} – {self._full(shown.end.date())}, {end}"

    def day(self, day: date) -> str:
        """Friday 27 November, with the year when it is another one."""
        return day_short(day, self.words.locale) if day.year == self.now.year else self._full(day)

    def ahead(self, day: date) -> str:
        """Today, Tomorrow, Friday 27 November."""
        days = (day - self.now.date()).days
        if days in (-1, 0, 1):
            near = self.words.gettext({0: N_("Today"), 1: N_("Tomorrow"), -1: N_("Yesterday")}[days])
            return f"{near} · {day_short(day, self.words.locale)}"
        return self.day(day)

    def month(self, day: date) -> str:
        """November."""
        return str(format_date(day, "LLLL", locale=Locale.parse(self.words.locale)))

    def due(self, day: date) -> str:
        """Today, tomorrow, in 3 days, 2 days late: how far a day is."""
        days = (day - self.now.date()).days
        if days < 0:
            return self.words.ngettext("%(num)s day late", "%(num)s days late", -days)
        if days > 6:
            return self._date(day)
        if days > 1:
            return str(format_date(day, "EEEE", locale=Locale.parse(self.words.locale)))
        return self.words.gettext(N_("Tomorrow") if days else N_("Today"))

    def _full(self, day: date) -> str:
        return day_title(day, self.words.locale)

    def _date(self, day: date) -> str:
        pattern = "d MMM" if abs(day - self.now.date()) < timedelta(days=180) else "d MMM y"
        return str(format_date(day, pattern, locale=Locale.parse(self.words.locale)))
