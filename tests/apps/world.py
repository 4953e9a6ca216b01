"""A web server of somebody else, on this machine: files, and a registry of apps."""

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class World:
    """What is given can be fetched; what was asked is remembered."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[str, bytes]] = {}
        self.asked: list[str] = []
        self.known: list[str] = []  # asked again by their tags
        world = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                world.answer(self)

            def log_request(self, code: Any = "-", size: Any = "-") -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.asked.append(request.path)
        media_type, content = self.files.get(request.path) or self.files.get(
            request.path.partition("?")[0], ("", b"")
        )
        tag = f'"{hashlib.sha256(content).hexdigest()[:10]}"'
        is_known = request.headers.get("if-none-match") == tag
        if is_known:
            self.known.append(request.path)
        request.send_response(304 if is_known else 200 if media_type else 404)
        request.send_header("etag", tag)
        request.send_header("content-type", media_type or "text/plain")
        request.send_header("content-length", "0" if is_known else str(len(content)))
        request.end_headers()
        if not is_known:
            request.wfile.write(content)

    def give(self, path: str, content: bytes, media_type: str = "application/octet-stream") -> str:
        """Let it be fetched; returns its address."""
        self.files[path] = (media_type, content)
        return f"{self.origin}{path}"

    def tell(self, path: str, value: Any) -> None:
        """Answer with JSON."""
        self.give(path, json.dumps(value).encode(), "application/json")

    def registry(self, slug: str, version: str, manifest: dict, url: str, content: bytes) -> dict:
        """Offer an app, as a registry does."""
        release = {
            "slug": slug, "type": manifest.get("type", "webapp"), "version": version, "url": url, "manifest": manifest,
            "sha256": hashlib.sha256(content).hexdigest(), "size": str(len(content)), "created_at": "2026-07-05T07:54:40.982Z",
        }  # fmt: skip
        app = {
            "slug": slug, "type": release["type"], "editor": manifest.get("editor", ""), "latest_version": release,
            "versions": {"stable": [version], "beta": [version], "dev": [version]},
        }  # fmt: skip
        self.tell(f"/registry/{slug}", app)
        self.tell(f"/registry/{slug}/{version}", release)
        for channel in ("stable", "beta", "dev"):
            self.tell(f"/registry/{slug}/{channel}/latest", release)
        listed = json.loads(self.files["/registry"][1])["data"] if "/registry" in self.files else []
        listed = [*(each for each in listed if each["slug"] != slug), app]
        self.tell("/registry", {"data": listed, "meta": {"count": len(listed)}})
        return app

    def __enter__(self) -> "World":
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
