"""`cozy backup`, `cozy restore` and `cozy backup-key`."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import msgspec
import typer

from cozy.kernel.desk import Desk
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.rooms.checkup import service as checkup
from cozy.rooms.checkup.model import KINDS, Finding, Report
from cozy.rooms.homes import service as homes

from . import service
from .model import Made
from .service.restoring import Restored

Place = Annotated[Path, typer.Argument(help="The folder of the backups.")]
Only = Annotated[str, typer.Option("--home", help="The address of one home; the whole host without it.")]


def backup(
    context: typer.Context,
    to: Place,
    home: Only = "",
    key: Annotated[
        str,
        typer.Option(help="The public keys that it is locked for, in place of the setting `backup_key`."),
    ] = "",
    keep: Annotated[
        str,
        typer.Option(
            help="Which backups stay, as 7d,4w,12m: one for each of so many days, weeks and months. All without it."
        ),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Back up this host, or one home, while it is used. Only what is not in the folder yet is copied; all of it is locked."""
    desk: Desk = context.obj
    lock = service.keys.Lock(key or desk.settings.backup_key)

    async def all_(house: House) -> Made:
        return await service.making.back_up(house, to, lock, keep=keep)

    async def one(house: House, found: Home) -> Made:
        return await service.making.back_up(house, to, lock, home=found, keep=keep)

    made = desk.run_in(home, one) if home else desk.run(all_)
    if as_json:
        print(msgspec.json.encode(made).decode())
    else:
        print(
            f"{_homes(made.homes)} backed up as of {made.at}: {made.stored:,} objects stored "
            f"({made.stored_bytes:,} bytes), {made.there:,} were there, {made.forgotten:,} backups forgotten."
        )
    for domain, why in made.failed.items():
        print(f"cozy: {domain} is not in the backup: {why}", file=sys.stderr)
    if made.failed:
        raise typer.Exit(1)


def backup_key(
    file: Annotated[Path, typer.Argument(help="The file for the secret key. It must not be there yet.")],
) -> None:
    """Make the key of backups: a secret one for a file that you keep apart from this host, and a public one, which is printed."""
    public = service.keys.make(file)
    print(public)
    print(
        f'Put it into cozy.toml: backup_key = "{public}"\nKeep {file} elsewhere: without it no backup can be read.',
        file=sys.stderr,
    )


def restore(
    context: typer.Context,
    from_: Annotated[Path, typer.Argument(metavar="FROM", help="The folder of the backups.")],
    key: Annotated[Path, typer.Option(help="The file with the secret key.")],
    home: Only = "",
    at: Annotated[
        str,
        typer.Option(
            help="Put back the newest backup that is not younger than this: 2026-11-27 or 2026-11-27T18:30, in UTC."
        ),
    ] = "",
    drill: Annotated[
        bool,
        typer.Option("--drill", help="Put it back into a temporary folder, read every byte, and remove it."),
    ] = False,
) -> None:
    """Put a backup back: a whole host into an empty folder, or one home beside others. The server must not run meanwhile."""
    desk: Desk = context.obj
    unlock = service.keys.Unlock(key)

    async def restoring(house: House) -> Restored:
        return await service.restoring.restore(house, from_, unlock, at=at, domain=home)

    if not drill:
        _tell(desk.run(restoring))
        return
    with TemporaryDirectory(prefix="cozy-drill-") as folder:
        elsewhere = desk.elsewhere(folder)
        _tell(elsewhere.run(restoring))
        faults = elsewhere.run(_faults)
    if faults:
        raise typer.Exit(1)
    print("The backup can be put back: every byte was read.")


def _tell(restored: Restored) -> None:
    print(
        f"{_homes(len(restored.homes))} put back as of {restored.at}, with {restored.contents:,} larger contents."
    )
    for domain in restored.gone:
        print(f"{domain} was removed while the backup was made, and is not in it.")


async def _faults(house: House) -> int:
    """Check what was put back, with every byte; a line for each fault."""
    faults = 0

    def report_on(name: str) -> Report:
        def report(finding: Finding) -> None:
            nonlocal faults
            if KINDS[finding.kind].is_fault:
                faults += 1
                print(f"{name}: {finding.kind}: {finding.id}: {KINDS[finding.kind].sentence}")

        return report

    await checkup.check_host(house, report_on("host"))
    after = ""
    while page := await house.read_host(homes.listed, after, 100):
        for listing in page:
            known = Home(listing.id, listing.domain, "", listing.state, listing.quota)
            await checkup.check(house, known, report_on(listing.domain), lambda count: None, scrub=True)
        after = page[-1].domain
    return faults


def _homes(count: int) -> str:
    return f"{count:,} {'home' if count == 1 else 'homes'}"
