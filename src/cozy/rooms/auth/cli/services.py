"""`cozy homes add-service`."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from cozy.kernel.caller import SYSTEM
from cozy.kernel.desk import Desk
from cozy.kernel.home import Home
from cozy.kernel.house import House
from cozy.kernel.work import Work

from .. import service


def add_service(
    context: typer.Context,
    domain: Annotated[str, typer.Argument(help="The address of the home.")],
    name: Annotated[str, typer.Argument(help="What the owner calls the service.")],
    redirect_uri: Annotated[str, typer.Argument(help="Where it wants people to come back to.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:  # fmt: skip
    """Let the owner of a home log in to another service with it; print what must be entered there."""
    desk: Desk = context.obj

    def adding(work: Work) -> dict[str, str]:
        client = service.clients.enlist(work, name, redirect_uri)
        secret = service.clients.secret_of(work, client)
        return {"issuer": work.origin, "client_id": client.id, "client_secret": secret}

    async def run(house: House, home: Home) -> dict[str, str]:
        return await house.write(home, SYSTEM, adding)

    known = desk.run_in(domain, run)
    lines = [f"{what}: {value}" for what, value in known.items()]
    print(msgspec.json.encode(known).decode() if as_json else "\n".join(lines))
