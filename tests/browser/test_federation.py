"""A folder that `rclone serve webdav` serves stands for somebody's at another server: asked about, taken, worked in; and one that goes there."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from cozy.kernel.work import Work
from cozy.rooms.federation import service
from cozy.rooms.files import service as files
from tests.browser import samples
from tests.browser.conftest import PHONE, check, check_everywhere, visit
from tests.browser.drive import Drive, furnished, toast
from tests.dav.program import needs

pytestmark = pytest.mark.browser
SECRET = "tDPRTrLI4hE3C5T"


class Server(ThreadingHTTPServer):
    """A server where bob is, as far as other servers see. dav: the port that its files are at; taken: what it was sent."""

    dav = 0
    taken: list[dict]

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    @property
    def ours(self) -> Server:
        assert isinstance(self.server, Server)
        return self.server

    def do_GET(self) -> None:
        resources = [{"name": "file", "shareTypes": ["user"], "protocols": {"webdav": "/public.php/webdav/"}}]
        self.tell(
            {
                "enabled": True,
                "apiVersion": "1.1",
                "endPoint": f"http://127.0.0.1:{self.ours.dav}/ocm",
                "resourceTypes": resources,
            }
        )

    def do_POST(self) -> None:
        self.ours.taken.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.tell({"recipientDisplayName": "Bob Martin"}, 201)

    def tell(self, said: dict, status: int = 200) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    line = [
        "rclone", "serve", "webdav", str(folder), "--addr", f"127.0.0.1:{port}", "--user", SECRET, "--pass", "", "--config", "",
        "--vfs-cache-mode", "off", "--dir-cache-time", "0",
    ]  # fmt: skip
    server = Server(("127.0.0.1", 0), Answers)
    server.dav, server.taken = port, []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as rclone:
        assert rclone.stderr is not None
        for said in rclone.stderr:
            if "Serving" in said or "WebDav Server started" in said:
                break
        threading.Thread(target=rclone.stderr.read, daemon=True).start()
        try:
            yield server
        finally:
            rclone.terminate()
            server.shutdown()
            server.server_close()


def offer(drive: Drive, server: Server) -> None:
    """Bob shares his folder with Alice."""
    webdav = {
        "sharedSecret": SECRET,
        "permissions": ["read", "write"],
        "uri": f"http://127.0.0.1:{server.dav}",
    }
    told = {
        "shareWith": f"alice@http://{drive.host}", "name": "Garden", "providerId": "42", "owner": f"bob@http://{server.place}",
        "sender": f"bob@http://{server.place}", "senderDisplayName": "Bob Martin", "shareType": "user", "resourceType": "folder",
        "protocol": {"name": "multi", "webdav": webdav},
    }  # fmt: skip
    headers = {"content-type": "application/json", "host": drive.host}
    with urlopen(
        Request(f"http://127.0.0.1:{drive.port}/ocm/shares", json.dumps(told).encode(), headers)
    ) as answer:
        assert answer.status == 201


def home(work: Work) -> dict[str, str]:
    return {"Recipes": files.create_folder(work, files.ROOT, "Recipes").id}


def test_a_folder_of_another_server_is_taken_and_worked_in_and_one_of_ours_sent_there(open_context, tmp_path):
    needs("rclone")
    garden = tmp_path / "garden"
    (garden / "Pots").mkdir(parents=True)
    (garden / "rose.txt").write_text("red")
    (garden / "Pots" / "a.jpg").write_bytes(samples.picture(0.4, 64, 48))
    (tmp_path / "lily.txt").write_text("white")
    (tmp_path / "home").mkdir()
    with (
        serving(garden) as server,
        furnished(tmp_path / "home", home, env={"COZY_OUTSIDE_ALLOWED": "127.0.0.0/8"}) as drive,
    ):
        page = drive.come_in(open_context(reduced_motion="reduce"))
        offer(drive, server)
        see = page.get_by_role("link", name="See what “Garden” is")
        for _ in range(100):  # until their server has vouched for it
            visit(page, f"{drive.origin}/my/elsewhere")
            if see.is_visible():
                break
        page.get_by_role("button", name="Make an invitation").click()
        expect(page.get_by_label("Invitation to hand on")).to_be_visible()
        check_everywhere(page)
        see.click()
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "Bob Martin would like to share “Garden” with you"
        )
        check_everywhere(page)
        page.get_by_role("button", name="Accept").click()
        toast(page, "You take part.")
        top = page.url
        check_everywhere(page)
        page.set_viewport_size(PHONE)
        page.get_by_role("link", name="Pots", exact=True).click()
        page.get_by_role("link", name="a.jpg", exact=True).click()
        expect(page.get_by_role("img", name="a.jpg")).to_be_visible()
        assert (
            page.get_by_role("img", name="a.jpg").evaluate(
                "image => image.decode().then(() => image.naturalWidth)"
            )
            == 64
        )
        visit(page, top)
        page.get_by_role("link", name="Upload files").last.click()
        page.locator("#f-files").set_input_files(tmp_path / "lily.txt")
        check(page)
        page.get_by_role("button", name="Upload", exact=True).click()
        toast(page, "1 file added.")
        page.get_by_role("link", name="Rename “rose.txt”").click()
        page.get_by_label("New name").fill("tulip.txt")
        page.get_by_role("button", name="Rename", exact=True).click()
        toast(page, "Renamed.")
        page.get_by_role("link", name="Delete “Pots”").click()
        page.get_by_role("button", name="Delete", exact=True).click()
        toast(page, "It is deleted there.")
        assert {each.name: each.read_text() for each in garden.iterdir()} == {
            "lily.txt": "white",
            "tulip.txt": "red",
        }
        page.get_by_role("button", name="Keep a copy").click()
        told = re.compile("It is being copied into “Garden”|Your copy of “Garden” is here")
        expect(page.locator(".toasts [data-toast]").last).to_contain_text(told)

        page.goto(f"{drive.origin}/my/share/file/{drive.ids['Recipes']}")
        page.get_by_text("With people at Nextcloud, ownCloud and other servers").click()
        page.get_by_label("Their address").fill(f"bob@http://{server.place}")
        check(page)
        page.get_by_role("button", name="Share", exact=True).click()
        expect(page.locator("main")).to_contain_text("That server did not take the share")
        assert drive.look(lambda work: service.keeping.listed(work, direction="sent")) == []
