"""The sites that the template of connectors asks, as they look, on this machine; and a server that takes them for real."""

from __future__ import annotations

import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from PIL import Image

BOOKS = {"A Light in the Attic": 51.77, "Tipping the Velvet": 53.74, "Soumission": 50.10}
HOSTS = ("books.toscrape.com", "quotes.toscrape.com")
PASSWORD = "correct"
FORM = '<form action="/login" method="post"><input name="csrf_token" value="t"><input name="username"><input name="password"></form>'

# What is run as `cozy`: the same program, for which these two names, at port 80, lead to the sites of this file.
ENTRY = """
import asyncio
from cozy.app.cli import main
from cozy.backends.box import gateway
outside = gateway.Ways._outside
async def leading(self, host, port):
    if (host, port) in {sites!r}:
        return await asyncio.open_connection("127.0.0.1", {port})
    return await outside(self, host, port)
gateway.Ways._outside = leading
main()
"""


def entry(port: int) -> str:
    """The program, where the names of the sites lead to this port."""
    return ENTRY.format(sites=[(host, 80) for host in HOSTS], port=port)


def picture() -> bytes:
    """A picture, as JPEG."""
    held = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(held, "JPEG")
    return held.getvalue()


class _Site(BaseHTTPRequestHandler):
    """A bookshop, and a page to log in to with one password."""

    def do_GET(self) -> None:
        if self.path == "/index.html":
            self._say("".join(map(_article, BOOKS.items())))
        elif self.path.endswith(".jpg"):
            self._send(picture(), "image/jpeg")
        elif self.path == "/in":
            self._say('<a href="/logout">Logout</a>')
        else:
            self._say(FORM)

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["content-length"])).decode()
        if f"password={PASSWORD}" not in sent:
            self._say(f'{FORM}<p class="error">Wrong password</p>')
            return
        self.send_response(302)
        self.send_header("location", "/in")
        self.send_header("content-length", "0")
        self.end_headers()

    def _say(self, body: str) -> None:
        self._send(f"<!doctype html><body>{body}".encode(), "text/html; charset=utf-8")

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Say nothing."""


def _article(book: tuple[str, float]) -> str:
    title, price = book
    name = title.lower().replace(" ", "-")
    return (
        f'<article><img src="media/{name}.jpg"><h3><a title="{title}" href="#">{title}</a></h3>'
        f'<p class="price_color">£{price:.2f}</p></article>'
    )


def sites() -> ThreadingHTTPServer:
    """Both sites, at work."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
