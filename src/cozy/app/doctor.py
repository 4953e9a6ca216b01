"""`cozy doctor`: what may be wrong with this machine and the settings, a line each, with what to do.

It begins with what keeps a host from being opened at all, and goes on where it cannot be.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import platform
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct

from cozy import __version__
from cozy.app import marks
from cozy.app.house import contents_of, opened
from cozy.backends import caddy
from cozy.backends.box.runner import Boxes
from cozy.backends.migrate import OthersAtWork, TooNew
from cozy.backends.smtp import Smtp
from cozy.kernel.home import Home
from cozy.kernel.problem import Problem
from cozy.kernel.running import Program, office_program
from cozy.kernel.settings import Settings
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.model import Listing
from cozy.ui.words import LOCALES, N_, Words, words

Degree = Literal["ok", "look", "fault"]
_DEGREES = {"ok": N_("ok"), "look": N_("look"), "fault": N_("fault")}
_LEAST_FREE = 1 << 30  # bytes
_LEAST_SHARE = 0.05  # of the disk
_HOMES = 5  # whose addresses are looked up
_FILES = 2000  # whose owner is looked at
_TIME_ERROR = 5  # adjtimex(2): the clock is not kept right
_TIMEX = 208  # bytes of its struct
_SKEW_S = 3600  # of files that another machine wrote
_ANSWERS_WITHIN_S = 5
_HTTPS = 443


class Line(Struct, frozen=True):
    """One thing that was looked at, in words that are still to be translated. do: what somebody should do about it."""

    degree: Degree
    what: str
    do: str = ""
    facts: Mapping[str, object] = {}


def _data(settings: Settings) -> Path:
    return Path(settings.data).absolute()


async def look(settings: Settings) -> AsyncIterator[Line]:
    """Everything that can be looked at. A `look` may be meant so; a `fault` cannot."""
    data = _data(settings)
    known = {
        "cozy": __version__, "python": platform.python_version(), "system": platform.system(), "release": platform.release(),
    }  # fmt: skip
    yield Line("ok", N_("Cozy %(cozy)s, Python %(python)s, %(system)s %(release)s"), facts=known)
    found = folder(data)
    yield found
    if data.exists():
        yield disk(data)
    yield clock(data)
    yield key(Path(settings.key_file or data / "host.key"), settings)
    if found.degree == "fault" or not data.exists():
        yield Line("look", N_("Homes were not looked at."))
    else:
        for line in await reached(settings):
            yield line
    for each in (address, ports, backups, office):
        yield each(settings)
    yield await mail(settings)
    yield await boxes(settings)


def folder(data: Path) -> Line:
    """Whether the data folder is ours alone, with all that is in it."""
    facts: dict[str, object] = {"data": data, "user": os.geteuid()}
    try:
        status = data.stat()
        writable = os.access(data, os.R_OK | os.W_OK | os.X_OK)
    except FileNotFoundError:
        return Line(
            "look",
            N_("There is no data folder %(data)s yet."),
            N_("say where it is: --data, or COZY_DATA; or start Cozy, which makes it"),
            facts,
        )
    except OSError:
        writable, status = False, None
    if status is None or not writable:
        return Line(
            "fault",
            N_("%(data)s cannot be written by us."),
            N_("run this as the user whose folder it is, or chown -R %(user)s %(data)s"),
            facts,
        )
    if others := next((path for path in _within(data) if path.stat().st_uid != status.st_uid), None):
        facts |= {"path": others}
        return Line(
            "fault",
            N_("%(path)s belongs to another user than the folder that it is in."),
            N_("chown -R --reference=%(data)s %(data)s, and run commands as that user"),
            facts,
        )
    if status.st_mode & 0o077:
        return Line(
            "look", N_("Other users of this machine may look into %(data)s."), N_("chmod 700 %(data)s"), facts
        )
    if os.geteuid() == 0 and status.st_uid:
        return Line(
            "look",
            N_("%(data)s belongs to another user."),
            N_("run this as the user with the id %(owner)s"),
            {**facts, "owner": status.st_uid},
        )
    return Line("ok", N_("%(data)s is for its own user alone."), facts=facts)


def _within(data: Path) -> Iterator[Path]:
    """The databases, and what lies beside them."""
    yield from islice(
        (path for pattern in ("*", "homes/*", "homes/*/home.db*") for path in data.glob(pattern)), _FILES
    )


def key(path: Path, settings: Settings) -> Line:
    """Whether the key of the host is ours alone, and not beside what it locks."""
    facts = {"path": path}
    try:
        mode = path.stat().st_mode
    except OSError:
        mode = 0
    if mode & 0o077:
        return Line(
            "fault", N_("Other users of this machine may read %(path)s."), N_("chmod 600 %(path)s"), facts
        )
    if settings.lock_contents and path.absolute().is_relative_to(_data(settings)):
        return Line(
            "look",
            N_("%(path)s lies beside what it locks."),
            N_("put it elsewhere, and say where: `key_file`"),
            facts,
        )
    return Line("ok", N_("The key of the host is for its own user alone, or is still to be made."))


def disk(data: Path) -> Line:
    """Whether there is room."""
    usage = shutil.disk_usage(data)
    facts = {"free": f"{usage.free / 1e9:.1f}", "total": f"{usage.total / 1e9:.1f}", "data": data}
    said = N_("%(free)s of %(total)s GB are free on the disk of %(data)s.")
    if usage.free < max(_LEAST_FREE, _LEAST_SHARE * usage.total):
        return Line("fault", said, N_("make room, or move the data to a larger disk"), facts)
    return Line("ok", said, facts=facts)


def clock(data: Path) -> Line:
    """Whether somebody keeps the clock right: codes of second factors, signatures of other homes and certificates need it."""
    now, written = datetime.now(UTC), 0.0
    for path in (data / "host.db", Path(__file__)):
        if path.exists():
            written = max(written, path.stat().st_mtime)
    if now.timestamp() < written - _SKEW_S:
        return Line(
            "fault",
            N_("The clock says %(now)s, and files here are newer than that."),
            N_("set it right: timedatectl; then keep it right by chrony or systemd-timesyncd"),
            {"now": f"{now:%Y-%m-%d %H:%M} UTC"},
        )
    if sys.platform != "linux":
        return Line("ok", N_("The clock was not looked at."))
    if ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX)) == _TIME_ERROR:
        return Line(
            "look",
            N_("Nothing says that the clock is kept right."),
            N_("install chrony, or switch on systemd-timesyncd; on a container, look at its host"),
        )
    return Line("ok", N_("The clock is kept right."))


async def reached(settings: Settings) -> list[Line]:
    """Whether homes are there and found, or why they cannot be reached."""
    try:
        if refused := await contents(settings):
            return [refused]
        async with opened(settings) as house:
            listed = await house.read_host(homes.listed, "", _HOMES)
    except (Problem, OSError) as error:
        return [unreached(error, settings)]
    return [_held(settings), *(await _addresses(listed, settings))]


def _held(settings: Settings) -> Line:
    if settings.postgres or settings.contents:
        return Line("ok", N_("Databases and contents can be reached."))
    return Line("ok", N_("The databases can be opened."))


async def _addresses(listed: Sequence[Listing], settings: Settings) -> list[Line]:
    if listed:
        return [await names(listing.domain, settings) for listing in listed]
    if settings.signup:
        return [
            Line(
                "look",
                N_("There is no home yet, and whoever comes first may make it."),
                N_("make one: cozy homes add, or signup = false"),
            )
        ]
    return [Line("look", N_("There is no home yet."), N_("make one: cozy homes add"))]


def unreached(error: Problem | OSError, settings: Settings) -> Line:
    """Why the databases cannot be opened, and what helps."""
    if not isinstance(error, Problem):
        return Line(
            "fault",
            N_("The databases cannot be opened: %(reason)s"),
            N_("look at the rights and the disk of %(data)s"),
            {"reason": error, "data": settings.data},
        )
    if isinstance(error, TooNew | OthersAtWork):
        return Line("fault", error.detail)
    if settings.postgres:
        facts = {"reason": error.facts.get("reason") or error.detail}
        return Line(
            "fault",
            N_("PostgreSQL does not let us in: %(reason)s"),
            N_(
                "is it started? Are host, database, user and password in `postgres` right? psql with the same words tells more"
            ),
            facts,
        )
    return Line(
        "fault",
        N_("The databases cannot be opened: %(reason)s"),
        N_("look at the rights and the disk of %(data)s; a damaged one is put back from a backup"),
        {"reason": error.detail, "data": settings.data},
    )


async def contents(settings: Settings) -> Line | None:
    """Why the bucket cannot be used; None where it can, or where there is none."""
    if not settings.contents:
        return None
    contents_of(settings, _data(settings))
    from cozy.backends.s3 import refusal, store_of

    facts = {"contents": settings.contents, "endpoint": settings.s3_endpoint or "AWS"}
    match await refusal(store_of(settings.contents, settings.s3_endpoint)):
        case "":
            return None
        case "NoSuchBucket" | "404":
            return Line(
                "fault",
                N_("The S3 service at %(endpoint)s has no bucket for %(contents)s."),
                N_("make it there, or mend `contents`"),
                facts,
            )
        case "no answer":
            return Line(
                "fault",
                N_("The S3 service at %(endpoint)s does not answer."),
                N_("is it started? Is `s3_endpoint` right?"),
                facts,
            )
        case said:
            return Line(
                "fault",
                N_("The S3 service at %(endpoint)s refuses us: %(said)s."),
                N_(
                    "look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, at AWS_REGION, and at the clock"
                ),
                {**facts, "said": said},
            )


async def names(domain: str, settings: Settings) -> Line:
    """Whether a home and its apps are found by their names, and somebody answers there."""
    facts: dict[str, object] = {"domain": domain}
    if domain.endswith("localhost"):
        return Line("ok", N_("%(domain)s is for this machine alone."), facts=facts)
    nested = settings.subdomains == "nested"
    app = f"drive.{domain}" if nested else "{}-drive.{}".format(*domain.split(".", 1))
    port = settings.public_https_port if settings.public else urlsplit(settings.public_url).port or _HTTPS
    facts |= {"wanted": f"*.{domain}" if nested else f"*.{domain.partition('.')[2]}", "port": port}
    found: list[str] = []
    for name in (domain, app):
        try:
            answer = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
        except OSError:
            return Line(
                "fault",
                N_("%(name)s leads nowhere."),
                N_("let %(domain)s and %(wanted)s lead to this machine (A and AAAA records)"),
                {**facts, "name": name},
            )
        found += [address[0] for *_, address in answer if isinstance(address[0], str)]
    if not (settings.public or settings.public_url):
        return Line("ok", N_("%(domain)s and its apps are found by their names."), facts=facts)
    facts |= {"addresses": ", ".join(dict.fromkeys(found))}
    if not any([await _answers(each, port) for each in dict.fromkeys(found)]):
        return Line(
            "fault",
            N_("Nobody answers at %(domain)s, port %(port)s (%(addresses)s)."),
            N_(
                "start Cozy and the proxy; let firewall and router lead this port to this machine. From within, some routers lead nowhere: try it from elsewhere"
            ),
            facts,
        )
    if not all(map(_is_here, found)):
        return Line(
            "look",
            N_("%(domain)s or its apps lead to an address that this machine does not have (%(addresses)s)."),
            N_("right behind a router or a proxy; else mend the A and AAAA records"),
            facts,
        )
    return Line(
        "ok", N_("%(domain)s and its apps are found by their names, and somebody answers there."), facts=facts
    )


async def _answers(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), _ANSWERS_WITHIN_S)
    except OSError:
        return False
    writer.close()
    return True


def _is_here(address: str) -> bool:
    """Whether an address is one of this machine: nobody else may listen on it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as tried:
        try:
            tried.bind((address, 0))
        except OSError:
            return False
    return True


def address(settings: Settings) -> Line:
    """Whether people reach this by https, and whether we know who calls."""
    if settings.public:
        return Line("ok", N_("HTTPS is brought by Cozy itself."))
    if settings.public_url.startswith("https:"):
        if not settings.trusted_proxies:
            return Line(
                "fault",
                N_("All who call seem to be the proxy: limits on attempts shut everybody out together."),
                N_('trusted_proxies = "127.0.0.1", or where the proxy is'),
            )
        return Line("ok", N_("HTTPS is brought by a proxy, which is trusted to say who calls."))
    if settings.host not in {"127.0.0.1", "::1", "localhost"}:
        return Line(
            "fault",
            N_("%(host)s is answered without HTTPS: passphrases can be read on the way."),
            N_("cozy serve --public, or a proxy and public_url"),
            {"host": settings.host},
        )
    return Line(
        "look",
        N_("This is reached from this machine alone, without HTTPS."),
        N_("cozy serve --public, or a proxy and public_url, if others are to reach it"),
    )


def ports(settings: Settings) -> Line:
    """Whether Caddy is there, and can have its ports or has them already."""
    if not settings.public:
        return Line("ok", N_("No port below 1024 is needed."))
    try:
        caddy.program()
    except Problem:
        return Line(
            "fault",
            N_("Caddy is not here, which brings HTTPS."),
            N_("script/bootstrap in the sources brings it, or the extra `public`"),
        )
    wanted = (settings.public_http_port, settings.public_https_port)
    taken = [port for port in wanted if _is_taken(settings.public_host or "127.0.0.1", port)]
    facts = {"ports": ", ".join(map(str, taken or wanted))}
    if taken and not marks.alive(_data(settings)):
        return Line(
            "fault",
            N_("Another program has a port that Caddy needs: %(ports)s."),
            N_("ss -ltnp names it: stop it, or let it be the proxy, without `public`"),
            facts,
        )
    return Line("ok", N_("Caddy is here."), facts=facts)


def _is_taken(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), _ANSWERS_WITHIN_S).close()
    except OSError:
        return False
    return True


def backups(settings: Settings) -> Line:
    """Whether backups have a key."""
    if settings.backup_key:
        return Line("ok", N_("Backups have a key. Try the last one now and then: cozy restore --drill."))
    return Line(
        "look", N_("No key for backups is set."), N_("cozy backup-key FILE; then cozy backup from a timer")
    )


def office(settings: Settings) -> Line:
    """Whether documents of offices are drawn."""
    if office_program():
        return Line("ok", N_("Letters, sheets and slides show their first page."))
    return Line(
        "look",
        N_("Letters, sheets and slides show no first page."),
        N_("install LibreOffice, if that is wanted"),
    )


async def mail(settings: Settings) -> Line:
    """Whether the mail server answers; nothing is sent."""
    mailer = Smtp(settings)
    if not mailer.configured:
        return Line(
            "look",
            N_("There is no mail: people who forget their passphrase need you."),
            N_("smtp_url and mail_from"),
        )
    try:
        await mailer.greet()
    except Problem as problem:
        facts = {"host": urlsplit(settings.smtp_url).hostname, "said": " ".join(problem.detail.split())}
        return Line(
            "fault",
            N_("The mail server %(host)s does not let us in: %(said)s"),
            N_(
                "look at host, port, user and password in `smtp_url`; what is not a letter or a digit in a password is written as %% and its code"
            ),
            facts,
        )
    return Line("ok", N_("The mail server answers, and lets us in."))


async def boxes(settings: Settings) -> Line:
    """Whether programs of others can be run, and how tightly."""
    runner = Boxes(settings, lambda host: False)
    tried = Program(language="python", arguments=("-c", "pass"), goes_out=False)
    try:
        runner.check("node")
        await runner.run(Home("doctor", "", ""), tried, lambda line: None)
    except (Problem, OSError) as error:
        said = error.detail if isinstance(error, Problem) else error
        return Line(
            "look",
            N_("Connectors and services of apps cannot run: %(said)s"),
            N_("see docs/hosting.md, if they are wanted"),
            {"said": said},
        )
    if runner.loose:
        return Line(
            "look",
            N_("Boxes are not as tight here as they should be: %(lacking)s."),
            N_("see docs/hosting.md"),
            {"lacking": ", ".join(sorted(runner.loose))},
        )
    return Line("ok", N_("Programs of others run in tight boxes."))


def spelled(line: Line, said: Words) -> str:
    """As it is printed."""
    degree = said.gettext(_DEGREES[line.degree])
    what = said.gettext(line.what) % line.facts
    return f"{degree:<5} {what}{f' → {said.gettext(line.do) % line.facts}' if line.do else ''}"


def locale(environment: Mapping[str, str]) -> str:
    """The language of a terminal, as far as it is ours (POSIX, 8.2 Internationalization Variables)."""
    chosen = next(
        (value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environment.get(name))), ""
    )
    return chosen[:2] if chosen[:2] in LOCALES else "en"


async def examine(settings: Settings, say: Callable[[str], None]) -> int:
    """Say a line for each; returns how many faults there are."""
    faults, said = 0, words(locale(os.environ))
    async for line in look(settings):
        say(spelled(line, said))
        faults += line.degree == "fault"
    return faults
