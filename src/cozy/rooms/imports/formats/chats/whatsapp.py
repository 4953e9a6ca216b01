"""A WhatsApp conversation (`_chat.txt`), whose dates and words are those of the phone's language, and which says neither."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from cozy.kernel import clock

from ..reading.moments import hour
from ..reading.texts import visible

_DATE = r"(?P<date>\d{1,4}[./-] ?\d{1,2}[./-] ?\d{1,4}\.?)"
_HALVES = "凌晨|清晨|早上|上午|中午|下午|晚上|오전|오후|午前|午後"
_AFTER = r"(?P<after>ص|م|[πΠ]\.?\s?μ\.?|[μΜ]\.?\s?μ\.?)?"
_TIME = rf"(?P<before>{_HALVES})?\s*(?P<time>\d{{1,2}}[:.]\d{{2}}(?:[:.]\d{{2}})?\s*(?:[AaPp]\.?\s?[Mm]\.?)?){_AFTER}"
_LINE = re.compile(
    rf"^(?P<open>\[)?{_DATE}(?:[,،]|,? (?!{_HALVES})[^\W\d]{{1,4}}\.?(?: las)?)?\s+{_TIME}(?(open)\])(?:\s+-)?\s+(?P<said>.*)$",
    re.DOTALL,
)
_AUTHOR = re.compile(r"^(?P<author>[^:\n]{1,100}): ?(?P<text>.*)$", re.DOTALL)
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?\s*([AaPp]\.?\s?[Mm]\.?)?")
_NUMBERS = re.compile(r"(\d{1,4})[./-] ?(\d{1,2})[./-] ?(\d{1,4})")
_ATTACHED = re.compile(
    r"<[^<>:]{2,30}: (?P<ios>[^<>]+\.\w{2,5})>|^(?P<android>[^\n/]+\.\w{2,5}) \([^()\n]+\)$", re.MULTILINE
)
_MORNING = {"凌晨", "清晨", "早上", "上午", "오전", "午前", "ص", "π", "Π"}
_AFTERNOON = {"中午", "下午", "晚上", "오후", "午後", "م", "μ", "Μ"}
_NOON = timedelta(hours=12)
_LATE_MORNING = timedelta(hours=11)  # which some call noon
_TITLES = (
    r"WhatsApp Chat (?:with|mit|-) (.+)", r"Discussion WhatsApp avec (.+)", r"Chat de WhatsApp con (.+)",
    r"Chat WhatsApp con (.+)", r"WhatsApp-chat met (.+)", r"Conversa do WhatsApp com (.+)", r"WhatsApp-chatt med (.+)",
    r"Czat WhatsApp z (.+)", r"WhatsApp Chat (.+)", r"Чат WhatsApp с (.+)",
)  # fmt: skip


@dataclass(slots=True)
class Message:
    """Something that somebody said; the author of what WhatsApp itself says is empty."""

    date: str  # what the phone's clock showed, as if it were UTC
    author: str
    text: str
    attachments: list[str] = field(default_factory=list)


def is_chat(head: str) -> bool:
    """Whether a text begins as a conversation does."""
    lines = [visible(line) for line in head.splitlines()[:10] if line.strip()]
    return sum(_LINE.match(line) is not None for line in lines) * 2 > len(lines) > 0


def title(name: str) -> str:
    """Who a conversation is with, of the name of its file or archive."""
    stem = re.sub(r"\.(txt|zip)$", "", visible(name).rpartition("/")[2], flags=re.IGNORECASE)
    for pattern in _TITLES:
        found = re.match(pattern, stem)
        if found:
            return re.sub(r" ?\(\d+\)$", "", found[1]).strip()
    return "" if stem == "_chat" else stem


def messages(text: str) -> Iterator[Message]:
    """The messages of a conversation, oldest first; lines without a date go on with the message above."""
    parts = list(_parts(visible(text).splitlines()))
    order = _order(
        [found["date"] for found, _ in parts], is_american=any("M" in found["time"] for found, _ in parts)
    )
    for found, more in parts:
        at = _moment(found, order)
        if not at:
            continue
        said = "\n".join([found["said"], *more])
        named = _AUTHOR.match(said)
        body = named["text"] if named else said
        attachments = [one["ios"] or one["android"] for one in _ATTACHED.finditer(body)]
        yield Message(
            at, named["author"].strip() if named else "", _ATTACHED.sub("", body).strip(), attachments
        )


def _parts(lines: Iterable[str]) -> Iterator[tuple[re.Match[str], list[str]]]:
    current: tuple[re.Match[str], list[str]] | None = None
    for line in lines:
        found = _LINE.match(line)
        if found:
            if current:
                yield current
            current = (found, [])
        elif current:
            current[1].append(line)
    if current:
        yield current


def _order(dates: Sequence[str], *, is_american: bool) -> str:
    """How the dates are written: the way in which all are dates; of several, that in which time goes by evenly.

    is_american: whether `PM` is in capitals, which only a phone with American dates writes.
    """
    numbers = [tuple(int(part) for part in found.groups()) for one in dates if (found := _NUMBERS.match(one))]
    possible = [
        order
        for order in ("ymd", *(("mdy", "dmy") if is_american else ("dmy", "mdy")))
        if all(_date(one, order) for one in numbers)
    ]
    return min(possible, key=lambda order: _unevenness(numbers, order), default="dmy")


def _unevenness(numbers: Sequence[tuple[int, ...]], order: str) -> tuple[int, int]:
    """How often time runs backwards, then how long the longest silence is, in days."""
    days = [found for one in numbers if (found := _date(one, order))]
    steps = [(after - before).days for before, after in pairwise(days)]
    return sum(step < 0 for step in steps), max(steps, default=0)


def _date(numbers: tuple[int, ...], order: str) -> date | None:
    found = dict(zip(order, numbers, strict=True))
    if order == "ymd" and found["y"] < 1000:
        return None
    year = found["y"] if found["y"] > 99 else 2000 + found["y"]
    try:
        return date(year, found["m"], found["d"]) if year < 2200 else None
    except ValueError:
        return None


def _moment(found: re.Match[str], order: str) -> str:
    numbers = _NUMBERS.match(found["date"])
    known = _date(tuple(int(part) for part in numbers.groups()), order) if numbers else None
    time = _CLOCK.match(found["time"])
    of_day = hour(time) if time else None
    if known is None or of_day is None:
        return ""
    half = found["before"] or (found["after"] or "")[:1]
    if half in _AFTERNOON and of_day < (_LATE_MORNING if half == "中午" else _NOON):
        of_day += _NOON
    elif half in _MORNING and of_day >= _NOON:
        of_day -= _NOON
    return clock.iso(datetime(known.year, known.month, known.day, tzinfo=UTC) + of_day)
