"""What keeping a shared folder in step costs: `script/bench sharing`. Two homes, each in a process of its own, on loopback.

Beside it `rclone copy` from one to the other over WebDAV, which knows nothing of conflicts and is told when to run.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.homes_apart import Cottage, Village, until, village

JSON, JSONAPI = {"Content-Type": "application/json"}, {"Content-Type": "application/vnd.api+json"}
BIG = 64 * 1024 * 1024  # bytes


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command."""
    parser = commands.add_parser("sharing", help="a shared folder in two homes, beside rclone")
    parser.set_defaults(run=run)
    parser.add_argument(
        "--files", type=int, default=2_000, metavar="N", help="small ones in the first copy (default: 2,000)"
    )
    parser.add_argument(
        "--changes", type=int, default=30, metavar="N", help="changes that are waited for (default: 30)"
    )
    parser.add_argument("--json", type=Path, default=Path("build/bench/sharing.json"), metavar="FILE")


def run(options: argparse.Namespace) -> int:
    """0: there is no budget for this."""
    with tempfile.TemporaryDirectory() as folder, village(Path(folder)) as homes:
        figures = _measure(homes, options.files, options.changes)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(figures, indent=2))
    for name, value in figures.items():
        print(f"{name:<42} {value:>10,.3f}")
    return 0


def _measure(homes: Village, files: int, changes: int) -> dict[str, float]:
    alice, bob = homes.home("alice"), homes.home("bob")
    folder = alice.client().mkdir("Many").data["id"]
    asking = alice.client()
    for at in range(files):
        asking.upload(f"{at:05}.txt", os.urandom(2_000), folder)
    took_s = _first_copy(alice, bob, folder, files)
    figures = {"first copy: small files a second": files / took_s}
    figures |= _changes(alice, bob, changes)
    big = alice.client().mkdir("Big").data["id"]
    asking.upload("big.bin", os.urandom(BIG), big)
    figures["first copy: MB a second"] = BIG / 1e6 / _first_copy(alice, bob, big, 1)
    if shutil.which("rclone"):
        figures |= _rclone(alice, bob, files)
        for title in ("small files a second", "MB a second"):
            figures[f"first copy / rclone copy: {title}"] = (
                figures[f"first copy: {title}"] / figures[f"rclone copy: {title}"]
            )
    return figures


def _first_copy(alice: Cottage, bob: Cottage, folder: str, files: int) -> float:
    """From the yes to the last file."""
    asking = alice.client()
    contact = {"fullname": "Bob", "email": [{"address": "bob@example.net"}], "cozy": [{"url": bob.origin}]}
    made = asking("POST", "/data/io.cozy.contacts/", json.dumps(contact), JSON).json["id"]
    rule = {
        "title": f"Copy {folder}", "doctype": "io.cozy.files", "values": [folder], "add": "sync", "update": "sync", "remove": "sync",
    }  # fmt: skip
    wanted = {
        "data": {
            "type": "io.cozy.sharings", "attributes": {"description": folder, "rules": [rule]},
            "relationships": {"recipients": {"data": [{"id": made, "type": "io.cozy.contacts"}]}},
        }
    }  # fmt: skip
    sharing = asking("POST", "/sharings/", json.dumps(wanted), JSONAPI).data["id"]
    until(lambda: bob.client()("GET", f"/sharings/{sharing}").status == 200)
    start = time.perf_counter()
    bob.accept(sharing)
    until(lambda: _is_whole(bob, sharing, files), tries=60_000)
    return time.perf_counter() - start


def _is_whole(bob: Cottage, sharing: str, files: int) -> bool:
    attributes = bob.client()("GET", f"/sharings/{sharing}").data["attributes"]
    if attributes.get("initial_sync"):
        return False
    root = attributes["rules"][0]["values"][0]
    shown = bob.client()("GET", f"/files/{root}")
    return bool(
        shown.status == 200 and shown.json["data"]["relationships"]["contents"]["meta"]["count"] == files
    )


def _changes(alice: Cottage, bob: Cottage, changes: int) -> dict[str, float]:
    """How long it takes from the answer to one until the other home has it."""
    asking, looking = alice.client(), bob.client()
    folder = asking("GET", "/files/metadata", Path="/Many").data["id"]
    took_ms = []
    for at in range(changes):
        name = f"change {at}.txt"
        asking.upload(name, name.encode(), folder)
        start = time.perf_counter()
        until(lambda name=name: _is_there(looking, name))
        took_ms.append((time.perf_counter() - start) * 1000)
    return {
        "change to arrival: ms, median": statistics.median(took_ms),
        "change to arrival: ms, 95th percentile": statistics.quantiles(took_ms, n=20)[-1],
    }


def _is_there(looking: Any, name: str) -> bool:
    found = looking("POST", "/files/_find", json.dumps({"selector": {"name": name}, "limit": 1}), JSON)
    return bool(found.json["data"])


def _rclone(alice: Cottage, bob: Cottage, files: int) -> dict[str, float]:
    """The same folders, copied by rclone."""
    sides = {name: _remote(home) for name, home in (("alice", alice), ("bob", bob))}
    figures = {}
    for title, folder, amount in (("small files a second", "Many", files), ("MB a second", "Big", BIG / 1e6)):
        start = time.perf_counter()
        subprocess.run(
            ["rclone", "copy", "--config", "", "--transfers", "8", f"{sides['alice']}{folder}", f"{sides['bob']}rclone-{folder}"],
            check=True, capture_output=True,
        )  # fmt: skip
        figures[f"rclone copy: {title}"] = amount / (time.perf_counter() - start)
    return figures


def _remote(home: Cottage) -> str:
    """The process itself, without what stands before it."""
    secret = subprocess.run(
        ["rclone", "obscure", home.token], check=True, capture_output=True, text=True
    ).stdout.strip()
    return f":webdav,url='http://{home.domain}:{home.port}/dav/files',user=me,pass={secret}:"
