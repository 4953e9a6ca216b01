"""Every component on sample pages, served as the home would: same policy, same assets. `python -m tests.ui.gallery` to look."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cozy.ui import N_, Add, Flash, Home, Link, Room, Shell, Storage, assets, render, render_problem
from cozy.ui.pages import environment

PAGES = Path(__file__).parent / "pages"
NOW = datetime(2026, 7, 20, 18, 4, tzinfo=timezone(timedelta(hours=2)))
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; connect-src 'self'; "
    "media-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
NAMES = [
    ("Billets et réservations", "folder", None),
    ("Photos de Théo", "folder", None),
    ("Budget vacances.xlsx", "spreadsheet", 48_000),
    ("Coucher de soleil au port.jpg", "image", 4_200_000),
    ("Itinéraire côte nord.pdf", "pdf", 1_234_567),
    (
        "Un nom si long qu'il ne tient sur aucun téléphone du monde, avec_des_mots_sans_espace_du_tout.txt",
        "text",
        1,
    ),
    ("Balade en forêt.mp4", "video", 86_000_000),
    ("Assurance voyage.docx", "text", 310_000),
    ("Musique pour la route.mp3", "audio", 8_214_000),
]


def shell(theme: str = "system", home: bool = True, flash: str = "", locale: str = "fr") -> Shell:
    """A reader's surroundings; with home=False nobody is in."""
    around = Shell(locale=locale, now=NOW, theme=theme, csrf="token")
    if not home:
        return around
    return Shell(
        locale=locale,
        now=NOW,
        theme=theme,
        csrf="token",
        home=Home("Camille", "camille.example"),
        rooms=(
            Room("home", N_("Home"), "/my/g/empty", "house"),
            Room("files", N_("Files"), "/my/g/drive", "folder"),
            Room("bin", N_("Bin"), "/my/g/empty", "trash-2", more=True),
            Room("access", N_("Who can see what"), "/my/g/empty", "eye", N_("Who sees"), aside=True),
            Room("settings", N_("Settings"), "/my/g/settings", "settings", aside=True, more=True),
        ),
        room="files",
        account=(Link(N_("Settings"), "/my/g/settings", "settings"),),
        adds=(
            Add("Envoyer des fichiers", "/my/g/upload", "upload", "files"),
            Add("Envoyer un dossier", "/my/g/upload", "folder-up", "folder"),
            Add("Prendre une photo", "/my/g/upload", "camera", "camera"),
            Add("Nouveau dossier", "/my/g/dialog", "folder-plus", dialog=True),
        ),
        storage=Storage(38 * 10**9, 10**11),
        hosted_by="Fil & Co",
        flashes=(Flash(flash, undo="/my/g/drive"),) if flash else (),
        inbox="inbox",
        uploads="/files/tus/",
        search="/my/g/drive",
        log_out="/my/g/login",
    )


def rows(checked: int = 0) -> list[dict[str, object]]:
    """A folder's lines."""
    return [
        {
            "id": f"id-{n}",
            "name": name,
            "kind": kind,
            "size": size,
            "at": NOW - timedelta(hours=5 * n * n + 1),
            "favourite": n == 4,
            "checked": n in (3, 4) and bool(checked),
        }
        for n, (name, kind, size) in enumerate(NAMES)
    ]


def page(name: str, theme: str = "system", value: str = "", error: str = "", locale: str = "fr") -> str:
    """The HTML of a sample page."""
    if name == "problem":
        return render_problem(507, shell=shell(theme, locale=locale))
    source, view = {"grid": ("drive", "grid"), "selected": ("drive", "list"), "toast": ("drive", "list")}.get(
        name, (name, "list")
    )
    around = shell(
        theme,
        home=name not in ("login", "welcome"),
        flash="Mis à la corbeille." if name == "toast" else "",
        locale=locale,
    )
    templates = environment(locale)
    return templates.from_string((PAGES / f"{source}.html").read_text()).render(
        c=templates.get_template("ui/components.html").module,
        shell=around,
        rows=rows(name == "selected"),
        view=view,
        value=value,
        error=error,
    )


class Door(BaseHTTPRequestHandler):
    """Serves the gallery; POST /my/g/dialog refuses names with a slash."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        if path.startswith(assets.BASE):
            found = assets.asset(path.removeprefix(assets.BASE))
            return (
                self.answer(200, found.path.read_bytes(), found.media_type)
                if found
                else self.answer(404, b"")
            )
        if path == "/my/manifest.webmanifest":
            return self.answer(200, json.dumps(assets.manifest("fr")).encode(), "application/manifest+json")
        if path == "/my/sw.js":
            return self.answer(200, assets.service_worker(), "text/javascript")
        if path == "/my/offline":
            return self.answer(200, render("ui/offline.html", shell=shell(home=False)).encode())
        name = path.removeprefix("/my/g/")
        if (
            name != "problem"
            and not (PAGES / f"{name}.html").is_file()
            and name not in ("grid", "selected", "toast")
        ):
            return self.answer(404, render_problem(404, shell=shell()).encode())
        return self.answer(200, page(name, query.get("theme", ["system"])[0]).encode())

    def do_POST(self) -> None:
        body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        name = body.get("name", [""])[0]
        if self.path.startswith("/my/g/dialog") and "/" in name:
            return self.answer(
                422, page("dialog", value=name, error="Ce nom contient « / ». Essayez sans.").encode()
            )
        return self.answer(303, b"", Location="/my/g/toast")

    def answer(
        self, status: int, body: bytes, media_type: str = "text/html; charset=utf-8", **more: str
    ) -> None:
        self.send_response(status)
        headers = {
            "Content-Type": media_type,
            "Content-Length": str(len(body)),
            "Content-Security-Policy": CSP,
            "X-Assets": assets.version(),
            "X-Keep-Offline": "1",
            "Service-Worker-Allowed": "/my",
        }
        for name, value in {**headers, **more}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the parent's word)
        pass


@contextmanager
def served(handler: type[BaseHTTPRequestHandler] = Door) -> Iterator[str]:
    """The gallery's address while it is open."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
