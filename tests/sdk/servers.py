"""Servers of the tests' own on this machine, each in a thread: a site, a gateway, WebDAV."""

import socket
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest


class Site:
    """A web site: what it answers is in `pages`, by path; who asked what is in `asked`."""

    def __init__(self):
        self.pages = {}
        self.asked = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self):
                length = int(self.headers.get("content-length") or 0)
                site.asked.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
                found = site.pages.get(self.path, (404, {}, b""))
                status, headers, body = found(self) if callable(found) else found
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_PROPFIND = _answer  # noqa: N815 (the library looks for these names)

            def log_message(self, format, *args):  # noqa: A002 (as the library has it)
                """Nothing to say."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@contextmanager
def serving(server):
    """Serve while the block runs."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def webdav(folder):
    """The address at which wsgidav serves a folder, to `me` with `open sesame`."""
    wsgidav = pytest.importorskip("wsgidav.wsgidav_app")
    app = wsgidav.WsgiDAVApp(
        {
            "provider_mapping": {"/dav": str(folder)}, "logging": {"enable": False}, "verbose": 0,
            "simple_dc": {"user_mapping": {"*": {"me": {"password": "open sesame"}}}},
            "http_authenticator": {"accept_digest": False},
        }
    )  # fmt: skip
    with serving(make_server("127.0.0.1", 0, app, WSGIServer, _Quiet)) as server:
        yield f"http://127.0.0.1:{server.server_port}/dav/"


class _Quiet(WSGIRequestHandler):
    """Says nothing."""

    def log_message(self, format, *args):  # noqa: A002 (as the library has it)
        """Nothing."""


class Gateway:
    """The way out, as a box has it: HTTP CONNECT over a unix socket. Every name is this machine, but for those that are refused."""

    def __init__(self, path, refused=()):
        self.path, self.refused, self.asked = str(path), set(refused), []
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(self.path)
        self._listening.listen(50)
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with suppress(OSError):
            while True:
                threading.Thread(target=self._talk, args=(self._listening.accept()[0],), daemon=True).start()

    def _talk(self, near):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += near.recv(1)
        host, _, port = head.split()[1].decode().rpartition(":")
        self.asked.append((host, int(port)))
        if host in self.refused:
            near.sendall(b"HTTP/1.1 403 EACCES\r\n\r\n")
            return near.close()
        try:
            far = socket.create_connection(("127.0.0.1", int(port)))
        except OSError:
            near.sendall(b"HTTP/1.1 502 ECONNREFUSED\r\n\r\n")
            return near.close()
        near.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        back = threading.Thread(target=_pipe, args=(near, far), daemon=True)
        back.start()
        _pipe(far, near)
        back.join()
        near.close()
        return far.close()

    def close(self):
        """Let nobody out any more."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


def _pipe(source, sink):
    with suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
    for each in (source, sink):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
