"""Days beside each other, hour by hour: a strip for what takes whole days, and a place for everything else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from msgspec import Struct

from .shown import Shown, in_order

USUAL = (8, 19)  # the hours that are there even when nothing happens in them
SHORTEST = 30  # minutes that an event takes on the page at least
STEP = 5  # minutes to which places are rounded
DAY = 24 * 60  # minutes
ABREAST = 6  # events beside each other; what comes on top of these shares the last place


class Block(Struct, frozen=True):
    """A piece of an event among the hours: minutes from the first hour on the page, and its share of the day's width."""

    shown: Shown
    top: int
    length: int
    at: int
    of: int
    by: int
    starts: bool
    ends: bool


class Column(Struct, frozen=True):
    """One day among the hours."""

    day: date
    blocks: list[Block]


class Bar(Struct, frozen=True):
    """A piece of an event in the strip of whole days: from which column, over how many, in which line."""

    shown: Shown
    column: int
    span: int
    lane: int
    starts: bool
    ends: bool


class Hours(Struct, frozen=True):
    """Several days. first, last: the hours of the page, the last one not included."""

    columns: list[Column]
    bars: list[Bar]
    lanes: int
    first: int
    last: int
    now: int | None  # minutes from the first hour; None when now is not on the page

    @property
    def labels(self) -> list[time]:
        """The hours to write at the side."""
        return [time(hour) for hour in range(self.first, self.last)]


class _Piece(Struct, frozen=True):
    """What one day sees of an event, in minutes since midnight as a clock on the wall shows them."""

    shown: Shown
    start: int
    end: int
    starts: bool
    ends: bool


def hours(days: Sequence[date], shown: Sequence[Shown], now: datetime) -> Hours:
    """The days with what happens in them. now: in the owner's time zone."""
    timed = [each for each in shown if not each.is_bar]
    pieces = [[_piece(each, day) for each in timed if each.touches(day)] for day in days]
    first, last = _span([piece for each in pieces for piece in each])
    bars = _bars(days, [each for each in shown if each.is_bar])
    minute = now.hour * 60 + now.minute
    is_here = now.date() in days and first * 60 <= minute < last * 60
    return Hours(
        [Column(day, _placed(each, first * 60)) for day, each in zip(days, pieces, strict=True)],
        bars,
        max((bar.lane + 1 for bar in bars), default=0),
        first,
        last,
        minute - first * 60 if is_here else None,
    )


def _piece(shown: Shown, day: date) -> _Piece:
    start = _minute(shown.start) if shown.first_day == day else 0
    end = _minute(shown.end) if shown.end.date() == day else DAY
    start = min(start, DAY - SHORTEST)
    end = max(end, start + SHORTEST)
    return _Piece(shown, start, end, shown.first_day == day, shown.last_day == day)


def _minute(at: datetime) -> int:
    return (at.hour * 60 + at.minute) // STEP * STEP


def _span(pieces: list[_Piece]) -> tuple[int, int]:
    first = min([USUAL[0], *(piece.start // 60 for piece in pieces)])
    last = max([USUAL[1], *(-(-piece.end // 60) for piece in pieces)])
    return first, min(last, 24)


def _placed(pieces: list[_Piece], top: int) -> list[Block]:
    """Side by side where they overlap; each as wide as its neighbours leave room."""
    placed = []
    for group in _overlapping(sorted(pieces, key=lambda each: (each.start, -each.end, each.shown.title))):
        columns = _columns(group)
        for at, column in enumerate(columns):
            for piece in column:
                by = _free(piece, columns[at + 1 :]) + 1
                length = piece.end - piece.start
                placed.append(
                    Block(
                        piece.shown, piece.start - top, length, at, len(columns), by, piece.starts, piece.ends
                    )
                )
    return sorted(placed, key=lambda block: (block.top, block.at))


def _overlapping(pieces: list[_Piece]) -> list[list[_Piece]]:
    """Cut where nothing is going on."""
    groups: list[list[_Piece]] = []
    until = -1
    for piece in pieces:
        if piece.start >= until:
            groups.append([])
        groups[-1].append(piece)
        until = max(until, piece.end)
    return groups


def _columns(group: list[_Piece]) -> list[list[_Piece]]:
    columns: list[list[_Piece]] = []
    for piece in group:
        free = next((column for column in columns if column[-1].end <= piece.start), None)
        if free is None and len(columns) < ABREAST:
            columns.append([])
            free = columns[-1]
        (free if free is not None else columns[-1]).append(piece)
    return columns


def _free(piece: _Piece, right: list[list[_Piece]]) -> int:
    """Over how many columns at its right it may spread."""
    free = 0
    for column in right:
        if any(other.start < piece.end and piece.start < other.end for other in column):
            break
        free += 1
    return free


def _bars(days: Sequence[date], shown: list[Shown]) -> list[Bar]:
    bars: list[Bar] = []
    taken: list[set[int]] = []
    for each in in_order(each for each in shown if each.first_day <= days[-1] and each.last_day >= days[0]):
        column = max((each.first_day - days[0]).days, 0)
        end = min((each.last_day - days[0]).days, len(days) - 1)
        columns = set(range(column, end + 1))
        lane = next((n for n, line in enumerate(taken) if not line & columns), len(taken))
        taken[lane:] = taken[lane:] or [set()]
        taken[lane] |= columns
        starts, ends = each.first_day >= days[0], each.last_day <= days[-1]
        bars.append(Bar(each, column, end - column + 1, lane, starts, ends))
    return bars


def days_from(first: date, number: int) -> list[date]:
    """That many days from one on."""
    return [first + timedelta(days=n) for n in range(number)]
