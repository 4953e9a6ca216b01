"""The packages that are taken as bundles, when the browser assets are built."""

import io
import tarfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_package_is_unpacked_by_the_oldest_python_that_we_promise(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    import hatch_build as build

    archive = tmp_path / "bar-1.0.0.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        for name in ("package/dist/sub/bar.js", "package/dist/../../out.js", "package/readme.md"):
            member = tarfile.TarInfo(name)
            member.size = 3
            tar.addfile(member, io.BytesIO(b"bar"))

    def extract(self, member, path="", set_attrs=True, *, numeric_owner=False):
        raise AssertionError("Python 3.11.2 of Debian 12 would write what the archive names, unfiltered")

    monkeypatch.setattr(tarfile.TarFile, "extract", extract)  # as its signature was before 3.11.4
    build._extract(archive, tmp_path / "bar")
    there = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()]
    assert there == ["bar/dist/sub/bar.js"]
