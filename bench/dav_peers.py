"""The servers of the suite `dav`: each asks for a name and a password, and holds files, calendars, address books, or all of them."""

import importlib.metadata
import importlib.util
import os
import re
import secrets
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import apsw

from bench.groupware import Dav
from bench.peers import LESS_USER, USER, Cozy, ModDav, Nginx, Peer, WsgiDav, htpasswd, program, version_in
from bench.running import free_port

PASSWORD = secrets.token_urlsafe(24)


def _less_user() -> str | None:
    return LESS_USER if os.geteuid() == 0 else None


def _files_alone(host: str) -> Dav:
    return Dav(host, PASSWORD, files="/")


@dataclass(frozen=True)
class Radicale:
    """Radicale on its own server, as its documentation sets it up for a start."""

    name: str = "radicale"
    terms: str = "a name and a password, compared as text; syncs files before the answer; a file for each item, in Python"

    def absence(self) -> str | None:
        return _missing("radicale")

    def version(self) -> str:
        return importlib.metadata.version("radicale")

    def prepare(self, folder: Path) -> None:
        (folder / "passwords").write_text(f"{USER}:{PASSWORD}\n")
        (folder / "collections").mkdir()

    def command(self, folder: Path, port: int) -> list[str]:
        config = folder / "radicale.conf"
        config.write_text(RADICALE.format(folder=folder, port=port))
        return [sys.executable, "-m", "radicale", "--config", str(config)]

    def dialect(self, folder: Path, port: int) -> Dav:
        return Dav(
            f"127.0.0.1:{port}",
            PASSWORD,
            calendars=f"/{USER}/",
            contacts=f"/{USER}/",
            kept_in=folder / "collections" / "collection-root",
        )

    def user(self) -> str | None:
        return None


RADICALE = """\
[server]
hosts = 127.0.0.1:{port}
max_connections = 100
[auth]
type = htpasswd
htpasswd_filename = {folder}/passwords
htpasswd_encryption = plain
[storage]
filesystem_folder = {folder}/collections
[web]
type = none
[logging]
level = error
"""


@dataclass(frozen=True)
class Xandikos:
    """Xandikos, which leaves passwords to the server in front of it: nginx."""

    name: str = "xandikos"
    terms: str = (
        "nginx in front asks for the password; a commit of Git for each change, not synced; in Python"
    )

    def absence(self) -> str | None:
        return _missing("xandikos") or (None if program("nginx") else "no nginx (Debian: apt install nginx)")

    def version(self) -> str:
        return f"{importlib.metadata.version('xandikos')}, nginx {version_in([program('nginx'), '-v'])}"

    def prepare(self, folder: Path) -> None:
        htpasswd(folder, PASSWORD)
        for name in ("data", "temporary"):
            (folder / name).mkdir()

    def command(self, folder: Path, port: int) -> list[str]:
        inner = free_port()
        place = f"proxy_pass http://127.0.0.1:{inner}; proxy_http_version 1.1; proxy_set_header Host $http_host; auth_basic bench; auth_basic_user_file {folder}/passwords;"
        options = ["--directory", str(folder / "data"), "--current-user-principal", f"/{USER}/", "--defaults"]
        behind = [
            sys.executable,
            "-m",
            "xandikos",
            "serve",
            *options,
            "--listen-address",
            "127.0.0.1",
            "--port",
            str(inner),
        ]
        return _behind(behind, _nginx(folder, port, place))

    def dialect(self, folder: Path, port: int) -> Dav:
        here = f"/{USER}"
        return Dav(
            f"127.0.0.1:{port}", PASSWORD, calendars=f"{here}/calendars/", contacts=f"{here}/contacts/",
            kept_in=folder / "data",
        )  # fmt: skip

    def user(self) -> str | None:
        return None


@dataclass(frozen=True)
class Sabre:
    """sabre/dav as Debian has it, on php-fpm behind nginx."""

    name: str = "sabre"
    terms: str = (
        "a name and a password, compared as text; SQLite, synced before the answer; files not synced, without ETags;"
        " knows no sync-collection, so that a first sync lists all ETags; PHP with opcache, 8 workers"
    )

    def absence(self) -> str | None:
        if not _fpm():
            return "no php-fpm (Debian: apt install php-fpm php-sqlite3 php-xml php-mbstring)"
        if not program("nginx"):
            return "no nginx (Debian: apt install nginx)"
        return (
            None
            if (PHP / "Sabre" / "autoload.php").exists()
            else "no sabre/dav (Debian: apt install php-sabre-dav)"
        )

    def version(self) -> str:
        said = (PHP / "Sabre" / "DAV" / "Version.php").read_text()
        found = re.search(r"VERSION\s*=\s*'([^']+)'", said)
        return f"{found[1] if found else 'unknown'}, {_php_version()}, nginx {version_in([program('nginx'), '-v'])}"

    def prepare(self, folder: Path) -> None:
        for name in ("files", "temporary"):
            (folder / name).mkdir()
        database = apsw.Connection(str(folder / "db.sqlite"))
        database.execute(SABRE)
        database.close()
        (folder / "server.php").write_bytes((Path(__file__).parent / "sabre" / "server.php").read_bytes())

    def command(self, folder: Path, port: int) -> list[str]:
        (folder / "fpm.conf").write_text(FPM.format(folder=folder, password=PASSWORD))
        place = f"include /etc/nginx/fastcgi_params; fastcgi_param SCRIPT_FILENAME {folder}/server.php; fastcgi_pass unix:{folder}/fpm.sock;"
        return _behind([_fpm(), "-F", "-y", str(folder / "fpm.conf")], _nginx(folder, port, place))

    def dialect(self, folder: Path, port: int) -> Dav:
        return Dav(
            f"127.0.0.1:{port}", PASSWORD, files="/files/", calendars=f"/calendars/{USER}/",
            contacts=f"/addressbooks/{USER}/", syncs=False,
        )  # fmt: skip

    def user(self) -> str | None:
        return _less_user()


PHP = Path("/usr/share/php")
FPM = """\
[global]
error_log = {folder}/fpm.log
[www]
listen = {folder}/fpm.sock
pm = static
pm.max_children = 8
catch_workers_output = yes
env[BENCH_FOLDER] = {folder}
env[BENCH_PASSWORD] = {password}
"""
SABRE = """\
CREATE TABLE principals (id integer PRIMARY KEY, uri text UNIQUE, email text, displayname text, vcardurl text);
CREATE TABLE groupmembers (id integer PRIMARY KEY, principal_id integer, member_id integer, UNIQUE (principal_id, member_id));
CREATE TABLE calendars (id integer PRIMARY KEY, principaluri text, displayname text, uri text, ctag integer, description text,
    calendarorder integer, calendarcolor text, timezone text, components text, transparent bool);
CREATE TABLE calendarobjects (id integer PRIMARY KEY, calendardata blob, uri text, calendarid integer, lastmodified integer, etag text,
    size integer, componenttype text, firstoccurence integer, lastoccurence integer);
CREATE UNIQUE INDEX calendarobjects_by_name ON calendarobjects (calendarid, uri);
CREATE TABLE addressbooks (id integer PRIMARY KEY, principaluri text, displayname text, uri text, description text, ctag integer);
CREATE TABLE cards (id integer PRIMARY KEY, addressbookid integer, carddata blob, uri text, lastmodified integer);
CREATE UNIQUE INDEX cards_by_name ON cards (addressbookid, uri);
INSERT INTO principals (uri, email, displayname) VALUES ('principals/bench', 'bench@example.org', 'Bench');
"""


def _fpm() -> str:
    """php-fpm, whose name in Debian carries a version."""
    return next(
        (
            found
            for name in ("php-fpm", *(f"php-fpm8.{n}" for n in range(9, 0, -1)))
            if (found := program(name))
        ),
        "",
    )


def _php_version() -> str:
    said = subprocess.run([_fpm(), "-v"], capture_output=True, text=True, check=True).stdout
    return " ".join(said.split()[:2])


def _missing(package: str) -> str | None:
    return None if importlib.util.find_spec(package) else f"no {package} (PyPI: pip install {package})"


def _behind(command: Sequence[str], front: Sequence[str]) -> list[str]:
    """One command that runs a server and another in front of it, in one group of processes."""
    return ["sh", "-c", f"{shlex.join(command)} & exec {shlex.join(front)}"]


def _nginx(folder: Path, port: int, place: str) -> list[str]:
    """nginx in front of something. place: what it does with each request."""
    (folder / "nginx.conf").write_text(FRONT.format(folder=folder, port=port, place=place))
    return [program("nginx"), "-e", f"{folder}/error.log", "-p", str(folder), "-c", f"{folder}/nginx.conf"]


FRONT = """\
daemon off;
pid {folder}/nginx.pid;
worker_processes auto;
events {{ worker_connections 768; }}
http {{
    access_log off;
    keepalive_timeout 600s;
    keepalive_requests 100000000;
    client_max_body_size 0;
    client_body_temp_path {folder}/temporary/body;
    proxy_temp_path {folder}/temporary/proxy;
    fastcgi_temp_path {folder}/temporary/fastcgi;
    uwsgi_temp_path {folder}/temporary/uwsgi;
    scgi_temp_path {folder}/temporary/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{ {place} }}
    }}
}}
"""


def _cozy(host: str, password: str) -> Dav:
    return Dav(host, password, files="/dav/files/", calendars="/dav/calendars/", contacts="/dav/contacts/")


COZY_TERMS = (
    "looks up a password's grant with every request; MD5 and SHA-256 of every file; files, documents and indexes synced to disk before the"
    " answer; SQLite, in Python"
)
PEERS: tuple[Peer[Dav], ...] = (
    Cozy[Dav](_cozy, COZY_TERMS, key=("device-password", "--name", "bench")),
    ModDav[Dav](_files_alone, PASSWORD),
    Nginx[Dav](_files_alone, PASSWORD),
    WsgiDav[Dav](_files_alone, PASSWORD),
    Sabre(),
    Radicale(),
    Xandikos(),
)
