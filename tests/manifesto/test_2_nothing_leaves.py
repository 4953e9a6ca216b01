"""Principle 2: not one request to a third party that the owner did not ask for."""

import ast
import re
from pathlib import Path

import cozy
from cozy.ui import assets

SOURCES = Path(cozy.__file__).parent
MAY_CALL_OUT = {
    "app/traces.py",  # the collector of the settings
    "backends/smtp.py",  # the mail server of the settings
    "backends/postgres.py",  # their database
    "backends/listening.py",  # the same: what other processes changed
    "backends/migrate.py",
    "backends/rows.py",  # the same: rows of homes on their way
    "backends/rows_carried.py",
    "backends/wall.py",  # the same: it looks at what others connected, and dials nobody
    "backends/s3.py",  # the S3 service of the settings
    "backends/s3_pictures.py",
    "backends/box/runner.py",  # nothing itself: it reads where the database is, to keep boxes away from there
    "backends/names.py",  # the name servers of this machine, about a domain that an owner brings
    "backends/outside.py",  # the one guarded client of everything that the owner asks for
    "sdk/web.py",  # in the box of a connector, which has one way out: the same guard
}
CALLERS = {"aiosmtplib", "aiohttp", "dns", "http.client", "httpx", "httpx2", "obstore", "opentelemetry.exporter", "psycopg", "requests", "smtplib", "urllib.request", "urllib3"}  # fmt: skip
NAMESPACES = re.compile(r"https?://(?:[\w-]+\.)*(?:w3\.org|localhost)\b|https?://(?:127\.0\.0\.1|\[)")


def test_only_the_mail_and_the_database_backends_can_call_out():
    callers = {
        path.relative_to(SOURCES).as_posix()
        for path in SOURCES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Import) and CALLERS & {_known(alias.name) for alias in node.names})
        or (isinstance(node, ast.ImportFrom) and _known(node.module or "") in CALLERS)
    }
    assert callers == MAY_CALL_OUT


def _known(module: str) -> str:
    return next((name for name in CALLERS if module == name or module.startswith(f"{name}.")), module)


def test_no_page_style_or_script_names_another_host():
    built = [path for path in assets.DIST.iterdir() if path.suffix in {".js", ".css", ".svg"}]
    templates = list(SOURCES.rglob("templates/*.html"))
    assert built
    named = {
        f"{path.name}: {found}"
        for path in [*built, *templates]
        for found in re.findall(
            r"""(?:src|href|action|url\(|import|fetch\()\W{0,3}(https?://[^\s"')]+)""", path.read_text()
        )
        if not NAMESPACES.match(found)
    }
    assert named == set()
