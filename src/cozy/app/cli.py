"""The command `cozy`."""

from __future__ import annotations

import asyncio
import sys
import webbrowser
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Annotated, TypeVar

import typer
import uvloop
from msgspec.structs import replace

from cozy import __version__
from cozy.app import doctor, logs
from cozy.app import unit as units
from cozy.app.configuration import load
from cozy.app.house import home_of, opened
from cozy.app.storage import cli as storage_cli
from cozy.kernel.home import Home, origin_of
from cozy.kernel.house import House
from cozy.kernel.problem import Problem
from cozy.kernel.settings import Settings
from cozy.rooms.apps import service as apps
from cozy.rooms.apps.cli import cli as apps_cli
from cozy.rooms.auth.cli import add, add_service, device_password, link_login, reset_passphrase, token
from cozy.rooms.backups.cli import backup, backup_key, restore
from cozy.rooms.checkup.cli import check
from cozy.rooms.collections.cli import restored
from cozy.rooms.exports.cli import export
from cozy.rooms.files.cli import cli as files_cli
from cozy.rooms.homes import service as homes
from cozy.rooms.homes.cli import cli as homes_cli
from cozy.rooms.hosting.cli import cli as admin_cli
from cozy.rooms.hosting.cli import invite, invited, uninvite
from cozy.rooms.imports.cli import import_
from cozy.rooms.live_folder.cli import cli as live_folder_cli
from cozy.rooms.moves.cli import expect
from cozy.rooms.moves.cli import move as move_elsewhere
from cozy.rooms.neighbours.cli import move
from cozy.rooms.search.cli import cli as search_cli

T = TypeVar("T")

EVERYWHERE = ("--data", "--config")  # may stand after a sub-command too: `cozy serve --data DIR`

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
homes_cli.command("add")(add)
homes_cli.command("reset-passphrase")(reset_passphrase)
homes_cli.command("add-service")(add_service)
homes_cli.command("link-login")(link_login)
homes_cli.command("restored")(restored)
homes_cli.command("invite")(invite)
homes_cli.command("invited")(invited)
homes_cli.command("uninvite")(uninvite)
homes_cli.command("move")(move)
cli.add_typer(homes_cli, name="homes")
cli.add_typer(admin_cli, name="admin")
cli.add_typer(files_cli, name="files")
cli.add_typer(apps_cli, name="apps")
cli.add_typer(search_cli, name="search")
cli.add_typer(storage_cli, name="storage")
cli.add_typer(live_folder_cli, name="live-folder")
cli.command("import")(import_)
cli.command("token")(token)
cli.command("device-password")(device_password)
cli.command("check")(check)
cli.command("backup")(backup)
cli.command("backup-key")(backup_key)
cli.command("restore")(restore)
cli.command("export")(export)
cli.command("expect")(expect)
cli.command("move")(move_elsewhere)


@dataclass(frozen=True, slots=True)
class FrontDesk:
    """The house, opened for one command."""

    settings: Settings

    def run(self, task: Callable[[House], Awaitable[T]]) -> T:
        """Open the house, do the task, close the house."""

        async def running() -> T:
            due: dict[str, Home] = {}
            async with opened(self.settings, wake=lambda home: due.update({home.id: home})) as house:
                try:
                    return await task(house)
                finally:
                    for home in due.values():  # the server's worker finds them on the list
                        await house.write_host(homes.hasten, home.id)

        return asyncio.run(running())

    def run_in(self, domain: str, task: Callable[[House, Home], Awaitable[T]]) -> T:
        """The same for one home; "" is the only one of this host. Raises NoHome, WhichHome."""

        async def running(house: House) -> T:
            listing = (
                await house.read_host(homes.at, homes.clean_domain(domain))
                if domain
                else await house.read_host(homes.only)
            )
            return await task(house, home_of(self.settings, listing))

        return self.run(running)

    def elsewhere(self, data: str) -> FrontDesk:
        """The same over another folder of homes, in SQLite files, with their contents beside them."""
        return FrontDesk(replace(self.settings, data=data, key_file="", postgres="", contents=""))

    def origin(self, domain: str) -> str:
        """The address that people type for a domain."""
        return origin_of(self.settings, domain)


@cli.callback()
def opening(
    context: typer.Context,
    data: Annotated[str | None, typer.Option(help="The folder that holds the homes.")] = None,
    config: Annotated[Path | None, typer.Option(help="A settings file, in place of ./cozy.toml.")] = None,
) -> None:
    """Cozy, a digital home."""
    logs.set_up()
    settings = load(config, data=data)
    logs.set_up(as_json=settings.log_json)
    context.obj = FrontDesk(settings)


@cli.command()
def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on.")] = None,
    public: Annotated[
        str | None,
        typer.Option(
            help="Bring HTTPS by Caddy: the domain of the first home, or the one that homes are below."
        ),
    ] = None,
    appdir: Annotated[
        list[str] | None,
        typer.Option(
            help="An app in development, as slug:folder, served live to every home. May be repeated."
        ),
    ] = None,
) -> None:
    """Start Cozy."""
    from cozy.app.server import serve as answer

    desk: FrontDesk = context.obj
    settings = desk.settings
    folders = ",".join([settings.app_folders, *(appdir or ())])
    chosen = replace(
        settings,
        host=host or settings.host,
        port=settings.port if port is None else port,
        app_folders=folders,
        public=public or settings.public,
    )
    apps.folders.check(chosen)
    uvloop.run(answer(chosen, announce))


def announce(addresses: list[str]) -> None:
    """Say where Cozy is; on a person's own screen, open it."""
    for address in addresses:
        print(f"Cozy is at {address}", flush=True)
    if sys.stdout.isatty() and len(addresses) == 1:
        webbrowser.open(addresses[0])


@cli.command("doctor")
def doctor_(context: typer.Context) -> None:
    """Look for what may be wrong with this machine and the settings; a line each, with what to do. Sends nothing."""
    desk: FrontDesk = context.obj
    if asyncio.run(doctor.examine(desk.settings, print)):
        raise typer.Exit(1)


@cli.command()
def service(
    context: typer.Context,
    user: Annotated[
        str, typer.Option(help="The user whose program it is, and whose the data folder is.")
    ] = "cozy",
    once: Annotated[
        str,
        typer.Option(help="Print one that runs this command and ends: 'check', 'backup /media/disk/cozy'."),
    ] = "",
    timer: Annotated[
        str,
        typer.Option(
            help="Print the timer of such a service, which has its name, instead: 'daily', 'Sun 03:00', as systemd.time(7) says it."
        ),
    ] = "",
    writes: Annotated[
        list[str] | None,
        typer.Option(
            help="A folder that it may write in beside the data folder, such as a live folder. May be repeated."
        ),
    ] = None,
) -> None:
    """Print a unit for systemd that runs this very Cozy, with the settings of this folder."""
    desk: FrontDesk = context.obj
    if timer:
        text = units.timer(timer)
    elif once:
        text = units.once(desk.settings, user, once)
    else:
        text = units.unit(desk.settings, user, writes or ())
    print(text, end="")
    missing = units.missing(desk.settings, user)
    if not timer and missing:
        print(f"cozy: {missing}", file=sys.stderr)


@cli.command()
def version() -> None:
    """Print the version of this program."""
    print(__version__)


def main() -> None:
    """Run a command; what goes wrong is one clear line and a non-zero exit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(
                errors="backslashreplace"
            )  # a name that the terminal cannot spell is no reason to stop
    try:
        cli(everywhere_first(sys.argv[1:]))
    except Problem as problem:
        reason = problem.facts.get("reason")
        print(f"cozy: {problem.detail}{f' ({reason})' if reason else ''}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"cozy: {where}{error.strerror or error}", file=sys.stderr)
        sys.exit(1)


def everywhere_first(args: list[str]) -> list[str]:
    """The arguments with the options of the whole program in front, so that they may stand after the sub-command too."""
    first: list[str] = []
    rest: list[str] = []
    left = iter(args)
    for arg in left:
        if arg == "--":
            rest += [arg, *left]
        elif arg in EVERYWHERE:
            first += [arg, *islice(left, 1)]
        elif arg.startswith(tuple(f"{name}=" for name in EVERYWHERE)):
            first.append(arg)
        else:
            rest.append(arg)
    return [*first, *rest]
