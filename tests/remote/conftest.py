"""Another server, on loopback, and a folder of requests to it."""

import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import web
from msgspec.structs import replace


class Elsewhere:
    """A server that remembers what it was asked and answers as it is told."""

    def __init__(self) -> None:
        self.port = 0
        self.asked: list[web.Request] = []
        self.bodies: list[bytes] = []
        self.status = 200
        self.body = b'{"entities": {"Q42": {}}}'
        self.headers = {"content-type": "application/json; charset=utf-8"}

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        self.bodies.append(await request.read())
        return web.Response(status=self.status, body=self.body, headers=self.headers)


@pytest.fixture
async def elsewhere() -> AsyncIterator[Elsewhere]:
    elsewhere = Elsewhere()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", elsewhere.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        await web.SockSite(runner, listening).start()
        elsewhere.port = listening.getsockname()[1]
        yield elsewhere
        await runner.cleanup()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "doctypes"


@pytest.fixture
def define(folder: Path, elsewhere: Elsewhere) -> Callable[[str, str], None]:
    """`define("org.example", "GET {origin}/x")`."""

    def define(doctype: str, text: str) -> None:
        (folder / doctype).mkdir(parents=True, exist_ok=True)
        (folder / doctype / "request").write_text(text.replace("{origin}", elsewhere.origin))

    return define


@pytest.fixture
def settings(settings, folder, elsewhere):
    return replace(
        settings,
        remote_doctypes=str(folder),
        remote_any_port=True,
        remote_secrets={"org.example.paid": {"token": "s3cr&t"}},
        remote_assets={"bank": f"{elsewhere.origin}/bank.json", "inside": "http://10.0.0.1/"},
        outside_allowed="127.0.0.1",
    )
