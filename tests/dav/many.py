"""Thousands of files and a large one, between two computers by Nextcloud's client: `script/nextcloud-sync`."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from .program import needs, running
from .test_nextcloudcmd import Computer

FOLDERS, FILES, LARGE = 40, 50, 60_000_000


def fill(folder: Path) -> None:
    """2,000 small files in 40 folders, and one of 60 MB."""
    for number in range(FOLDERS):
        inside = folder / f"folder {number}" / "inside"
        inside.mkdir(parents=True)
        for each in range(FILES):
            (inside / f"note {each}.txt").write_text(f"{number} {each}\n" * 40)
    (folder / "film.bin").write_bytes(os.urandom(LARGE))


def change(folder: Path) -> None:
    """New, changed, renamed, moved, deleted: some of each."""
    for number in range(0, FOLDERS, 4):
        inside = folder / f"folder {number}" / "inside"
        (inside / "note 0.txt").write_text("changed")
        (inside / "note 1.txt").unlink()
        (inside / "note 2.txt").rename(inside.parent / "moved.txt")
        (inside / "new.txt").write_text("new")
    (folder / "folder 1").rename(folder / "folder 2" / "one")
    with (folder / "film.bin").open("r+b") as film:
        film.write(b"another beginning")


def main() -> int:
    """Print what each step took; 1 where the computers do not come to hold the same."""
    needs("nextcloudcmd", package="nextcloud-desktop-cmd")
    with tempfile.TemporaryDirectory() as name, running(Path(name)) as home:
        desk, lap = Computer(home, Path(name) / "desk"), Computer(home, Path(name) / "lap")
        fill(desk.folder)
        steps: list[tuple[str, Callable[[], object]]] = [
            ("sent from the first computer", desk.sync),
            ("fetched by the second", lap.sync),
            ("nothing to do", desk.sync),
            ("changes of the second sent", lambda: (change(lap.folder), lap.sync())),
            ("and fetched by the first", desk.sync),
        ]
        for words, step in steps:
            begun = time.perf_counter()
            step()
            print(f"{time.perf_counter() - begun:7.1f} s  {words}", flush=True)
        same = desk.held() == lap.held() and desk.folders() == lap.folders()
        print(f"{len(desk.held())} files, {'the same on both' if same else 'NOT THE SAME'}")
        return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
