"""What moving a home to another host costs: `script/bench move`. Two hosts, each a process of its own, on loopback.

Beside it `rclone copy` of the same files over WebDAV to a home at the other host, which carries files and nothing else.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from tests.moves.conftest import Host, host

MB = 1_000_000
LARGE = 10 * MB  # bytes


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser("move", help="a home that moves to another host, beside rclone")
    parser.set_defaults(run=run)
    parser.add_argument(
        "--mb", type=int, default=1_000, metavar="N", help="in files of 10 MB (default: 1,000)"
    )
    parser.add_argument("--files", type=int, default=1_000, metavar="N", help="small ones (default: 1,000)")
    parser.add_argument("--json", type=Path, default=Path("build/bench/move.json"), metavar="FILE")


def run(options: argparse.Namespace) -> int:
    """0: there is no budget for this."""
    with tempfile.TemporaryDirectory() as folder:
        places = [
            host(Path(folder) / name, f"127.0.0.{at}") for at, name in ((2, "old"), (3, "new"), (4, "beside"))
        ]
        try:
            for each in places:
                each.start()
            figures = _measure(places[0], places[1], places[2], options.mb, options.files)
        finally:
            for each in places:
                each.end()
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(figures, indent=2))
    for name, value in figures.items():
        print(f"{name:<42} {value:>10,.3f}")
    return 0


def _measure(old: Host, new: Host, beside: Host, mb: int, files: int) -> dict[str, float]:
    token = old.home()
    asking = old.client(token)
    for at in range(mb * MB // LARGE):
        asking.upload(f"{at:05}.bin", os.urandom(LARGE))
    folder = asking.mkdir("Small").data["id"]
    for at in range(files):
        asking.upload(f"{at:05}.txt", os.urandom(2_000), folder)
    figures = {}
    if shutil.which("rclone"):
        figures["rclone copy: MB a second"] = mb / _copied_s((old, token), (beside, beside.home()))
    code = new("expect", new.domain).out.strip()
    start = time.perf_counter()
    moved = old("move", old.domain, code)
    took_s = time.perf_counter() - start
    waited = re.search(r"waited for (\d+) ms", moved.out)
    assert waited, moved
    return figures | {"move: MB a second": mb / took_s, "move: ms that writers waited": float(waited[1])}


def _copied_s(source: tuple[Host, str], target: tuple[Host, str]) -> float:
    start = time.perf_counter()
    subprocess.run(
        ["rclone", "copy", "--config", "", "--transfers", "8", _remote(*source), _remote(*target)],
        check=True, capture_output=True,
    )  # fmt: skip
    return time.perf_counter() - start


def _remote(at: Host, token: str) -> str:
    secret = subprocess.run(
        ["rclone", "obscure", token], check=True, capture_output=True, text=True
    ).stdout.strip()
    return f":webdav,url='{at.origin}/dav/files',user=me,pass={secret}:"
