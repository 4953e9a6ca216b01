"""`cozy doctor`: what may be wrong with this machine and the settings, a line each, with what to do."""

from __future__ import annotations

import asyncio
import ctypes
import os
import platform
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Literal

from msgspec import Struct

from cozy import __version__
from cozy.backends import caddy
from cozy.backends.box.runner import Boxes
from cozy.backends.smtp import Smtp
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.problem import Problem
from cozy.kernel.running import Program, office_program
from cozy.kernel.settings import Settings
from cozy.rooms.homes import service as homes

Degree = Literal["ok", "look", "fault"]
_LEAST_FREE = 1 << 30  # bytes
_LEAST_SHARE = 0.05  # of the disk
_HOMES = 5  # whose addresses are looked up
_TIME_ERROR = 5  # adjtimex(2): the clock is not kept right
_TIMEX = 208  # bytes of its struct


class Line(Struct, frozen=True):
    """One thing that was looked at. do: what somebody should do about it."""

    degree: Degree
    what: str
    do: str = ""


def _data(settings: Settings) -> Path:
    return Path(settings.data).absolute()


async def look(house: House) -> AsyncIterator[Line]:
    """Everything that can be looked at. A `look` may be meant so; a `fault` cannot."""
    settings = house.settings
    yield Line(
        "ok",
        f"Cozy {__version__}, Python {platform.python_version()}, {platform.system()} {platform.release()}",
    )
    yield folder(_data(settings))
    yield key(Path(settings.key_file or _data(settings) / "host.key"), settings)
    yield disk(_data(settings))
    yield clock()
    async for line in _homes(house):
        yield line
    for each in (address, ports, backups, office):
        yield each(settings)
    yield await mail(settings)
    yield await boxes(house)


def folder(data: Path) -> Line:
    """Whether the data folder is ours alone."""
    status = data.stat()
    if not os.access(data, os.W_OK | os.X_OK):
        return Line("fault", f"{data} cannot be written.", f"chown -R {os.geteuid()} {data}")
    if status.st_mode & 0o077:
        return Line("look", f"Other users of this machine may look into {data}.", f"chmod 700 {data}")
    if os.geteuid() == 0 and status.st_uid:
        return Line(
            "look", f"{data} belongs to another user.", f"run this as the user with the id {status.st_uid}"
        )
    return Line("ok", f"{data} is for its own user alone.")


def key(path: Path, settings: Settings) -> Line:
    """Whether the key of the host is ours alone, and not beside what it locks."""
    if path.exists() and path.stat().st_mode & 0o077:
        return Line("fault", f"Other users of this machine may read {path}.", f"chmod 600 {path}")
    if settings.lock_contents and path.absolute().is_relative_to(_data(settings)):
        return Line(
            "look", f"{path} lies beside what it locks.", "put it elsewhere, and say where: `key_file`"
        )
    return Line("ok", "The key of the host is for its own user alone, or is still to be made.")


def disk(data: Path) -> Line:
    """Whether there is room."""
    usage = shutil.disk_usage(data)
    said = f"{usage.free / 1e9:.1f} of {usage.total / 1e9:.1f} GB are free on the disk of {data}."
    if usage.free < max(_LEAST_FREE, _LEAST_SHARE * usage.total):
        return Line("fault", said, "make room, or move the data to a larger disk")
    return Line("ok", said)


def clock() -> Line:
    """Whether somebody keeps the clock right: codes of second factors and signatures of other homes need it."""
    if sys.platform != "linux":
        return Line("ok", "The clock was not looked at.")
    if ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX)) == _TIME_ERROR:
        return Line(
            "look",
            "Nothing says that the clock is kept right.",
            "install chrony, or switch on systemd-timesyncd; on a container, look at its host",
        )
    return Line("ok", "The clock is kept right.")


async def _homes(house: House) -> AsyncIterator[Line]:
    listed = await house.read_host(homes.listed, "", _HOMES)
    if not listed:
        yield (
            Line(
                "look",
                "There is no home yet, and whoever comes first may make it.",
                "make one: cozy homes add, or signup = false",
            )
            if house.settings.signup
            else Line("look", "There is no home yet.", "cozy homes add")
        )
    for listing in listed:
        yield await names(listing.domain, house.settings)


async def names(domain: str, settings: Settings) -> Line:
    """Whether a home and its apps are found by their names."""
    if domain.endswith("localhost"):
        return Line("ok", f"{domain} is for this machine alone.")
    app = (
        f"drive.{domain}" if settings.subdomains == "nested" else "{}-drive.{}".format(*domain.split(".", 1))
    )
    for name in (domain, app):
        try:
            await asyncio.get_running_loop().getaddrinfo(name, 443, type=socket.SOCK_STREAM)
        except OSError:
            wanted = f"*.{domain}" if settings.subdomains == "nested" else f"*.{domain.partition('.')[2]}"
            return Line(
                "fault",
                f"{name} leads nowhere.",
                f"let {domain} and {wanted} lead to this machine (A and AAAA records)",
            )
    return Line("ok", f"{domain} and its apps are found by their names.")


def address(settings: Settings) -> Line:
    """Whether people reach this by https, and whether we know who calls."""
    if settings.public:
        return Line("ok", "HTTPS is brought by Cozy itself.")
    if settings.public_url.startswith("https:"):
        if not settings.trusted_proxies:
            return Line(
                "fault",
                "All who call seem to be the proxy: limits on attempts shut everybody out together.",
                'trusted_proxies = "127.0.0.1", or where the proxy is',
            )
        return Line("ok", "HTTPS is brought by a proxy, which is trusted to say who calls.")
    if settings.host not in {"127.0.0.1", "::1", "localhost"}:
        return Line(
            "fault",
            f"{settings.host} is answered without HTTPS: passphrases can be read on the way.",
            "cozy serve --public, or a proxy and public_url",
        )
    return Line(
        "look",
        "This is reached from this machine alone, without HTTPS.",
        "cozy serve --public, or a proxy and public_url, if others are to reach it",
    )


def ports(settings: Settings) -> Line:
    """Whether Caddy is there."""
    if not settings.public:
        return Line("ok", "No port below 1024 is needed.")
    try:
        caddy.program()
    except Problem as problem:
        return Line("fault", problem.detail, "pip install 'cozy-home[public]'")
    return Line("ok", "Caddy is here.")


def backups(settings: Settings) -> Line:
    """Whether backups have a key."""
    if settings.backup_key:
        return Line("ok", "Backups have a key. Try the last one now and then: cozy restore --drill.")
    return Line("look", "No key for backups is set.", "cozy backup-key FILE; then cozy backup from a timer")


def office(settings: Settings) -> Line:
    """Whether documents of offices are drawn."""
    if office_program():
        return Line("ok", "Letters, sheets and slides show their first page.")
    return Line(
        "look", "Letters, sheets and slides show no first page.", "install LibreOffice, if that is wanted"
    )


async def mail(settings: Settings) -> Line:
    """Whether the mail server answers; nothing is sent."""
    mailer = Smtp(settings)
    if not mailer.configured:
        return Line(
            "look", "There is no mail: people who forget their passphrase need you.", "smtp_url and mail_from"
        )
    try:
        await mailer.greet()
    except Problem as problem:
        return Line("fault", f"The mail server does not answer: {problem.detail}", "look at smtp_url")
    return Line("ok", "The mail server answers, and lets us in.")


async def boxes(house: House) -> Line:
    """Whether programs of others can be run, and how tightly."""
    runner = Boxes(house.settings, lambda host: False)
    tried = Program(language="python", arguments=("-c", "pass"), goes_out=False)
    try:
        runner.check("node")
        await runner.run(Home("doctor", "", ""), tried, lambda line: None)
    except Problem as problem:
        return Line(
            "look",
            f"Connectors and services of apps cannot run: {problem.detail}",
            "see docs/hosting.md, if they are wanted",
        )
    if runner.loose:
        return Line(
            "look",
            f"Boxes are not as tight here as they should be: {', '.join(sorted(runner.loose))}.",
            "see docs/hosting.md",
        )
    return Line("ok", "Programs of others run in tight boxes.")


def spelled(line: Line) -> str:
    """As it is printed."""
    return f"{line.degree:<5} {line.what}{f' → {line.do}' if line.do else ''}"


async def examine(house: House, say: Callable[[str], None]) -> int:
    """Say a line for each; returns how many faults there are."""
    faults = 0
    async for line in look(house):
        say(spelled(line))
        faults += line.degree == "fault"
    return faults
