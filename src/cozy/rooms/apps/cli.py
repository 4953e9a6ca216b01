"""`cozy apps`: what is installed in a home, for who looks after its host."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from cozy.kernel.caller import SYSTEM
from cozy.kernel.desk import Desk
from cozy.kernel.home import Home
from cozy.kernel.house import House

from . import service
from .model import App, Kind

cli = typer.Typer(no_args_is_help=True, help="The apps and connectors of a home.")

Domain = Annotated[str, typer.Argument(help="The address of the home.")]
Slug = Annotated[str, typer.Argument(help="What the app is called in addresses: drive.")]
Source = Annotated[
    str,
    typer.Argument(
        help="Where it comes from: registry://drive/stable, https://…/app.tar.gz#sha256, git+https://…#branch, file:///…"
    ),
]
Konnector = Annotated[bool, typer.Option("--konnector", help="A connector, not an app.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@cli.command("ls")
def ls(context: typer.Context, domain: Domain, as_json: AsJson = False) -> None:
    """List what is installed."""
    desk: Desk = context.obj

    async def listing(house: House, home: Home) -> list[App]:
        return [
            *await house.read(home, SYSTEM, service.installed),
            *await house.read(home, SYSTEM, service.installed, "konnector"),
        ]

    found = desk.run_in(domain, listing)
    if as_json:
        print(
            msgspec.json.encode([{"kind": app.kind, "slug": app.slug, **app.body} for app in found]).decode()
        )
        return
    table = Table("slug", "kind", "version", "state", "source", box=None)
    for app in found:
        table.add_row(app.slug, app.kind, app.manifest.version, app.state, app.source)
    Console().print(table)


@cli.command()
def install(
    context: typer.Context, domain: Domain, slug: Slug, source: Source = "", konnector: Konnector = False
) -> None:
    """Install an app, with everything that it asks for. Without a source, from the registries of the home."""
    _told(_done(context, domain, slug, source, _kind(konnector), is_new=True))


@cli.command()
def update(
    context: typer.Context,
    domain: Domain,
    slug: Slug,
    source: Source = "",
    konnector: Konnector = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Give it what the new version asks for beyond the old one.")
    ] = False,
) -> None:
    """Bring an app up to date."""
    app = _done(context, domain, slug, source, _kind(konnector), acked=accept)
    if waiting := app.body.get("available_version"):
        print(f"{slug} {waiting} asks for more than before: the owner may accept it, or use --accept.")
        return
    _told(app)


@cli.command("rm")
def remove(context: typer.Context, domain: Domain, slug: Slug, konnector: Konnector = False) -> None:
    """Remove an app. Documents that it made stay."""
    desk: Desk = context.obj

    async def removing(house: House, home: Home) -> None:
        await house.write(home, SYSTEM, service.installing.uninstall, slug, _kind(konnector))

    desk.run_in(domain, removing)
    print(f"{slug} is removed.")


def _done(
    context: typer.Context, domain: str, slug: str, source: str, kind: Kind, *, is_new: bool = False, acked: bool = False
) -> App:  # fmt: skip
    desk: Desk = context.obj

    async def doing(house: House, home: Home) -> App:
        if is_new:
            return await service.installing.install(house, home, SYSTEM, slug, kind, source)
        return await service.installing.update(house, home, SYSTEM, slug, kind, source, acked=acked)

    return desk.run_in(domain, doing)


def _kind(konnector: bool) -> Kind:
    return "konnector" if konnector else "app"


def _told(app: App) -> None:
    print(f"{app.slug} {app.manifest.version} is {app.state}.")
