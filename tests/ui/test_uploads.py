"""The upload tray in a real browser, against a tus server that cuts connections and knows taken names."""

import base64
import hashlib
import json
import secrets
import threading
from pathlib import Path
from typing import Any, ClassVar

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.ui.gallery import Door, served

pytestmark = pytest.mark.browser

TAKEN = json.dumps({"errors": [{"status": "409", "title": "Conflict", "detail": "Name taken"}]}).encode()


class Tus(Door):
    """tus 1.0 (core, creation, creation-with-upload, termination) in memory."""

    # ruff: noqa: N802 (http.server names its handlers so)
    uploads: ClassVar[dict[str, Any]] = {}
    arrived: ClassVar[dict[tuple[str, str, str], str]] = {}  # (folder, path, name) to SHA-256
    asked: ClassVar[list[str]] = []
    cut_after: int | None = None
    hold = threading.Event()

    @classmethod
    def empty(cls):
        cls.uploads, cls.arrived, cls.asked, cls.cut_after = {}, {}, [], None
        cls.hold.set()

    def do_POST(self):
        if not self.path.startswith("/files/tus/"):
            return super().do_POST()
        assert self.headers["X-CSRF-Token"] == "token"
        pairs = (pair.partition(" ") for pair in self.headers["Upload-Metadata"].split(","))
        said = {key: base64.b64decode(value).decode() for key, _, value in pairs}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        place = (said["dir_id"], said["path"], said["name"])
        self.asked.append(said["on_conflict"])
        if place in self.arrived and said["on_conflict"] == "fail":
            return self.tus(409, TAKEN)
        if place in self.arrived and said["on_conflict"] == "keep_both":
            place = (*place[:2], f"{place[2]} (2)")
        key = secrets.token_hex(8)
        self.uploads[key] = {
            "size": int(self.headers["Upload-Length"]),
            "data": bytearray(body),
            "place": place,
            "said": said,
            "turn": threading.Lock(),
        }
        self.store(key)
        return self.tus(201, b"", Location=f"/files/tus/{key}", Upload_Offset=len(body))

    def do_HEAD(self):
        upload = self.uploads.get(self.path.rsplit("/", 1)[1])
        if upload is None:
            return self.tus(404)
        with upload["turn"]:
            return self.tus(200, b"", Upload_Offset=len(upload["data"]), Upload_Length=upload["size"])

    def do_PATCH(self):
        key = self.path.rsplit("/", 1)[1]
        with self.uploads[key]["turn"]:
            self.append(key)

    def append(self, key):
        upload, left = self.uploads[key], int(self.headers["Content-Length"])
        if int(self.headers["Upload-Offset"]) != len(upload["data"]):
            return self.tus(409)
        while left:
            part = self.rfile.read(min(left, 2**16))
            if not part:
                return None
            upload["data"] += part
            left -= len(part)
            if Tus.cut_after is not None and len(upload["data"]) >= Tus.cut_after:
                Tus.cut_after = None
                self.close_connection = True
                self.connection.close()
                return None
            self.hold.wait(20)
        self.store(key)
        return self.tus(204, b"", Upload_Offset=len(upload["data"]))

    def do_DELETE(self):
        self.uploads.pop(self.path.rsplit("/", 1)[1], None)
        return self.tus(204)

    def store(self, key):
        upload = self.uploads[key]
        if len(upload["data"]) == upload["size"]:
            self.arrived[upload["place"]] = hashlib.sha256(upload["data"]).hexdigest()

    def tus(self, status: int, body: bytes = b"", **headers):
        self.send_response(status)
        for name, value in {"Tus-Resumable": "1.0.0", "Content-Length": len(body), **headers}.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@pytest.fixture
def base():
    Tus.empty()
    with served(Tus) as address:
        yield address


@pytest.fixture
def tab(base: str):
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = chromium.new_context(viewport={"width": 1280, "height": 900}, base_url=base).new_page()
        page.goto("/my/g/drive")
        expect(page.locator("html[data-js=ready]")).to_be_attached()
        yield page
        chromium.close()


def send(tab: Page, files: list[Path] | Path, kind: str = "Envoyer des fichiers") -> None:
    tab.locator(".side").get_by_role("button", name="Ajouter").click()
    with tab.expect_file_chooser() as chooser:
        tab.get_by_role("link", name=kind).click()
    chooser.value.set_files(files)


def made(folder: Path, name: str, size: int = 1000) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(secrets.token_bytes(size))
    return path


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tray(tab: Page):
    return tab.get_by_role("region", name="Envois")


def test_files_arrive_in_the_folder_on_the_page(tab, tmp_path):
    files = [made(tmp_path, name) for name in ("été.jpg", "b.txt", "vide.txt")]
    files[2].write_bytes(b"")
    send(tab, files)
    expect(tray(tab).get_by_role("heading")).to_have_text("3 fichiers arrivés")
    assert Tus.arrived == {("folder-1", "", path.name): sha(path) for path in files}
    [said] = [upload["said"] for upload in Tus.uploads.values() if upload["said"]["name"] == "été.jpg"]
    assert said["mime"] == "image/jpeg"
    assert said["updated_at"].endswith("Z")


def test_a_folder_keeps_its_shape(tab, tmp_path):
    top = made(tmp_path, "Vacances/a.txt")
    deep = made(tmp_path, "Vacances/Mer/b.txt")
    send(tab, tmp_path / "Vacances", "Envoyer un dossier")
    expect(tray(tab).get_by_role("heading")).to_have_text("2 fichiers arrivés")
    assert Tus.arrived == {
        ("folder-1", "Vacances", "a.txt"): sha(top),
        ("folder-1", "Vacances/Mer", "b.txt"): sha(deep),
    }


def test_a_cut_connection_is_resumed_and_the_page_may_change(tab, tmp_path):
    film = made(tmp_path, "film.mp4", 12_000_000)
    Tus.cut_after = 4_000_000
    send(tab, film)
    tab.locator(".side .nav").get_by_role("link", name="Réglages").click()
    expect(tab).to_have_title("Réglages · Cozy")
    expect(tray(tab).get_by_role("heading")).to_have_text("1 fichier arrivé", timeout=60_000)
    assert Tus.arrived == {("folder-1", "", "film.mp4"): sha(film)}


# The browser's own database holds the file, and where it is being sent.
KEPT = """() => new Promise((done) => {
    const opening = indexedDB.open("cozy-uploads", 1);
    opening.onsuccess = () => {
        const reading = opening.result.transaction("uploads").objectStore("uploads").getAll();
        reading.onsuccess = () => { opening.result.close(); done(reading.result.some((item) => item.file && item.url)); };
    };
})"""


def test_a_reload_resumes_where_it_was(tab, tmp_path):
    film = made(tmp_path, "film.mp4", 12_000_000)
    Tus.hold.clear()
    send(tab, film)
    expect(tray(tab).locator("progress").first).to_be_visible()
    tab.wait_for_function(KEPT)
    tab.reload()
    Tus.hold.set()
    expect(tray(tab).get_by_role("heading")).to_have_text("1 fichier arrivé", timeout=60_000)
    assert Tus.arrived == {("folder-1", "", "film.mp4"): sha(film)}
    assert len(Tus.uploads) == 1


def test_a_pause_lasts_until_it_is_ended(tab, tmp_path):
    film = made(tmp_path, "film.mp4", 12_000_000)
    Tus.hold.clear()
    send(tab, film)
    tray(tab).get_by_role("button", name="Tout mettre en pause").click()
    expect(tray(tab).get_by_text("En pause")).to_be_visible()
    Tus.hold.set()
    tab.wait_for_timeout(500)
    assert Tus.arrived == {}
    tray(tab).get_by_role("button", name="Reprendre film.mp4").click()
    expect(tray(tab).get_by_role("heading")).to_have_text("1 fichier arrivé", timeout=60_000)
    assert Tus.arrived == {("folder-1", "", "film.mp4"): sha(film)}


@pytest.mark.parametrize(
    ("choice", "asked", "count"),
    [("Garder les deux", "keep_both", 2), ("Remplacer", "replace", 1), ("Passer", None, 1)],
)
def test_a_taken_name_is_the_persons_choice(tab, tmp_path, choice, asked, count):
    Tus.arrived[("folder-1", "", "a.txt")] = "older"
    send(tab, made(tmp_path, "a.txt"))
    tray(tab).get_by_role("button", name=choice).click()
    if asked is None:
        expect(tab.locator("upload-tray li")).to_have_count(0)
        assert Tus.asked == ["fail"]
    else:
        expect(tray(tab).get_by_role("heading")).to_have_text("1 fichier arrivé")
        assert Tus.asked == ["fail", asked]
    assert len(Tus.arrived) == count


def test_one_choice_can_stand_for_all(tab, tmp_path):
    files = [made(tmp_path, f"{n}.txt") for n in range(8)]
    Tus.arrived.update({("folder-1", "", path.name): "older" for path in files})
    send(tab, files)
    question = tray(tab).get_by_role("group", name="0.txt existe déjà")
    question.get_by_label("Pareil pour tous").check()
    question.get_by_role("button", name="Remplacer").click()
    expect(tray(tab).get_by_role("heading")).to_have_text("8 fichiers arrivés")
    assert Tus.arrived == {("folder-1", "", path.name): sha(path) for path in files}


def test_a_dropped_file_goes_to_the_folder_under_the_pointer(tab):
    data = tab.evaluate_handle(
        "() => { const d = new DataTransfer(); d.items.add(new File(['hello'], 'dropped.txt')); return d; }"
    )
    target = tab.locator("tr[data-id=id-1]")
    target.dispatch_event("dragover", {"dataTransfer": data})
    expect(target).to_have_attribute("data-over", "")
    target.dispatch_event("drop", {"dataTransfer": data})
    expect(tray(tab).get_by_role("heading")).to_have_text("1 fichier arrivé")
    assert list(Tus.arrived) == [("id-1", "", "dropped.txt")]
