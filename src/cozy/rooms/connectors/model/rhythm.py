"""How often an account is looked at, and the line of cron that says so: cozy-stack's triggers of connectors are such."""

from __future__ import annotations

from typing import Literal, get_args
from zlib import crc32

Every = Literal["hourly", "daily", "weekly", "monthly", "never"]
EVERY: tuple[Every, ...] = get_args(Every)
_NIGHT = 6  # hours, from midnight on (UTC): when services have the least to do


def cron(every: Every, account_id: str) -> str:
    """The line for an account, which has its own minute, so that not all begin at once; "" for never."""
    place = crc32(account_id.encode())
    minute, hour, day = place % 60, place // 60 % _NIGHT, place // 360 % 28
    return {
        "hourly": f"0 {minute} * * * *", "daily": f"0 {minute} {hour} * * *", "weekly": f"0 {minute} {hour} * * {day % 7}",
        "monthly": f"0 {minute} {hour} {day + 1} * *", "never": "",
    }[every]  # fmt: skip


def every(type_: str, arguments: str) -> Every:
    """What a trigger comes to, whoever made it."""
    if type_.removeprefix("@") in EVERY:
        return next(each for each in EVERY if type_ == f"@{each}")
    fields = arguments.split()
    if type_ != "@cron" or len(fields) != 6:
        return "never"
    _, _, hour, day, _, weekday = fields
    if weekday != "*":
        return "weekly"
    if day != "*":
        return "monthly"
    return "hourly" if hour == "*" else "daily"
