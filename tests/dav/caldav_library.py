"""The functional tests of the python library caldav, as its source package brings them, over the real program.

`python -m tests.dav.caldav_library` fetches the source of the version that is installed, and runs them all, blocking and async.
"""

import os
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from .program import DOMAIN, USER, Running, client_program, running

SUITES = ("tests/test_caldav.py", "tests/test_async_integration.py", "tests/test_schedule_tag.py")
VERSION = "from importlib.metadata import version; print(version('caldav'))"
# Scheduling is offered only where the host has set mail, and this one has not. The library takes time ranges over events and tasks
# at once for something that no server does.
SERVERS = """\
test-servers:
  radicale: {{enabled: false, type: embedded}}
  xandikos: {{enabled: false, type: embedded}}
  cozy:
    type: external
    enabled: true
    url: {url}
    username: {user}
    password: {password}
    features:
      scheduling: {{support: unsupported}}
      search.time-range.comp-type-optional: {{support: full}}
"""


def main(options: list[str]) -> int:
    """pytest's own code: 0 when nothing failed."""
    python = client_program("python")
    with TemporaryDirectory(prefix="caldav-library-") as name:
        folder = Path(name)
        source = _source(python, folder)
        with running(folder, areas=("calendars",)) as home:
            _tell(source, home)
            # -k: those over this server; the others are about the library's own servers and proxies.
            chosen = [
                "-k",
                "cozy",
                "-p",
                "no:cacheprovider",
                "-o",
                "asyncio_default_fixture_loop_scope=function",
                "-W",
                "ignore",
            ]
            return subprocess.run(
                [python, "-m", "pytest", "-q", "-rs", *chosen, *SUITES, *options],
                cwd=source, check=False, env={**os.environ, "HOME": name, "TMPDIR": name, "PYTHON_CALDAV_TEST_DOCKER": "0"},
            ).returncode  # fmt: skip


def _source(python: str, folder: Path) -> Path:
    """The unpacked source package of the version that is installed."""
    version = subprocess.run(
        [python, "-c", VERSION], capture_output=True, text=True, check=True
    ).stdout.strip()
    wanted = ["--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(folder), f"caldav=={version}"]
    subprocess.run([python, "-m", "pip", "download", *wanted], check=True)
    with tarfile.open(folder / f"caldav-{version}.tar.gz") as packed:
        packed.extraction_filter = getattr(tarfile, "data_filter", None)  # Python before 3.11.4 has none
        packed.extractall(folder)
    return folder / f"caldav-{version}"


def _tell(source: Path, home: Running) -> None:
    """Let the tests know of the one server to ask."""
    url = f"http://{DOMAIN}:{home.server.port}/dav/"
    told = SERVERS.format(url=url, user=USER, password=home.password)
    (source / "tests" / "caldav_test_servers.yaml").write_text(told)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
