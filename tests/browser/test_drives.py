"""Shared drives between two homes that are programs of their own: open to everybody, on a phone, by keyboard, without scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import samples
from tests.browser.conftest import NARROW, PHONE, check_everywhere, fits, visit
from tests.browser.drive import toast
from tests.homes_apart import Cottage, body_of, rule, until, village
from tests.program import Client, apart

pytestmark = pytest.mark.browser


@dataclass
class Shared:
    """`Team`, which lies in Alice's home; Bob works in it, Carol looks. id: of the drive."""

    alice: Cottage
    bob: Cottage
    carol: Cottage
    id: str
    root: str

    def at(self, cottage: Cottage) -> str:
        """The drive, as a member's home shows it."""
        return f"{cottage.origin}/my/drives/{self.id}/{self.root}"

    def names(self) -> set[str]:
        """What lies in it, as Alice's home says."""
        return set(self.alice.client().children(self.root))


@pytest.fixture(scope="module")
def shared(browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    with village(tmp_path_factory.mktemp("drives")) as homes:
        alice, bob, carol = (homes.home(name) for name in ("alice", "bob", "carol"))
        yield apart(lambda: furnish(alice, bob, carol))


def furnish(alice: Cottage, bob: Cottage, carol: Cottage) -> Shared:
    """Alice fills a folder and shares it as a drive; both say yes."""
    owner = alice.client()
    root = owner.mkdir("Team").data["id"]
    owner.mkdir("Plans", root)
    owner.upload("notes.txt", b"hello team", root, **{"Content-Type": "text/plain"})
    owner.upload("beach.jpg", samples.picture(0.4, 640, 480), root, **{"Content-Type": "image/jpeg"})
    wanted = rule("io.cozy.files", root, title="Team", add="none", update="none", remove="none")
    body = body_of(wanted, to=[known(owner, bob)], readers=[known(owner, carol)], description="Team", drive=True)  # fmt: skip
    answer = owner("POST", "/sharings/", json.dumps(body), {"Content-Type": "application/vnd.api+json"})
    assert answer.status == 201, answer
    drive = answer.data["id"]
    for member in (bob, carol):
        client = member.client()
        until(lambda client=client: client("GET", f"/sharings/{drive}").status == 200)
        member.accept(drive)
    return Shared(alice, bob, carol, drive, root)


def known(owner: Client, whose: Cottage) -> str:
    """The id of somebody in an address book."""
    body = {
        "fullname": whose.name.capitalize(),
        "email": [{"address": f"{whose.name}@example.net"}],
        "cozy": [{"url": whose.origin}],
    }
    answer = owner("POST", "/data/io.cozy.contacts/", json.dumps(body), {"Content-Type": "application/json"})
    assert answer.status in {200, 201}, answer
    return answer.json["id"]


def come_in(context: BrowserContext, cottage: Cottage) -> Page:
    context.add_cookies(
        [{"name": "cozy-session", "value": cottage.session, "url": cottage.origin, "httpOnly": True}]
    )
    return context.new_page()


def test_no_page_shuts_anybody_out(open_context, shared):
    page = come_in(open_context(reduced_motion="reduce"), shared.bob)
    at = shared.at(shared.bob)
    visit(page, at)
    inside = {name: page.get_by_role("link", name=name, exact=True).get_attribute("href") for name in ("notes.txt", "beach.jpg", "Plans")}  # fmt: skip
    for url in (
        f"{shared.bob.origin}/my/drives", at, f"{at}/new-folder", f"{at}/upload",
        *(f"{shared.bob.origin}{href}" for href in inside.values()), f"{shared.bob.origin}{inside['notes.txt']}/rename",
    ):  # fmt: skip
        visit(page, url)
        check_everywhere(page)
    looking = come_in(open_context(reduced_motion="reduce", locale="fr-FR"), shared.carol)
    visit(looking, shared.at(shared.carol))
    check_everywhere(looking)
    expect(looking.get_by_role("link", name="Upload files")).to_have_count(0)
    looking.set_viewport_size(NARROW)
    fits(looking)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_member_works_in_a_folder_that_lies_elsewhere(open_context, shared, tmp_path: Path, scripts):
    page = come_in(open_context(java_script_enabled=scripts, viewport=PHONE), shared.bob)
    (visit if scripts else Page.goto)(page, f"{shared.bob.origin}/my/drives")
    page.get_by_role("link", name="Team", exact=True).click()
    name = f"Summer {scripts}"
    page.get_by_role("link", name="New folder").click()
    page.get_by_label("Name of the folder").fill(name)
    page.get_by_role("button", name="Create").click()
    toast(page, "Folder created.")
    letter = tmp_path / f"letter {scripts}.txt"
    letter.write_text("Dear team")
    page.get_by_role("link", name="Upload files").click()
    page.locator("input[type=file]").set_input_files(letter)
    page.get_by_role("button", name="Upload").click()
    toast(page, "1 file added.")
    assert {name, letter.name} <= shared.names()
    page.get_by_role("link", name=letter.name, exact=True).click()
    expect(page.locator(".stage")).to_contain_text("Dear team")
    page.get_by_role("link", name="Rename").click()
    page.get_by_label("New name").fill(f"card {scripts}.txt")
    page.get_by_role("button", name="Rename").click()
    toast(page, "Renamed.")
    assert f"card {scripts}.txt" in shared.names()
    page.get_by_role("button", name="Move to the bin").click()
    toast(page, "It is in the bin.")
    assert f"card {scripts}.txt" not in shared.names()
    page.get_by_role("button", name="Undo").click()
    toast(page, "It is back where it was.")
    assert f"card {scripts}.txt" in shared.names()


def test_on_a_phone_a_line_holds_all_that_can_be_done(open_context, shared):
    page = come_in(open_context(viewport=PHONE), shared.bob)
    visit(page, shared.at(shared.bob))
    rename, away = (page.get_by_role("link", name="Rename “Plans”"), page.get_by_role("button", name="Move “Plans” to the bin"))  # fmt: skip
    expect(rename).to_be_visible()
    one, other = rename.bounding_box(), away.bounding_box()
    assert one
    assert other
    assert one["y"] == other["y"]


def test_a_picture_that_lies_elsewhere_is_drawn_and_taken_along(open_context, shared):
    page = come_in(open_context(viewport=PHONE), shared.carol)
    visit(page, shared.at(shared.carol))
    page.get_by_role("link", name="beach.jpg", exact=True).click()
    picture = page.get_by_role("img", name="beach.jpg")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 300
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download").first.click()
    assert Path(saved.value.path()).read_bytes() == samples.picture(0.4, 640, 480)


def test_a_folder_is_made_by_keyboard_alone(open_context, shared):
    page = come_in(open_context(), shared.bob)
    visit(page, shared.at(shared.bob))
    page.get_by_role("link", name="New folder").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name of the folder")).to_be_focused()
    page.keyboard.type("Autumn")
    page.keyboard.press("Enter")
    toast(page, "Folder created.")
    assert "Autumn" in shared.names()


def test_a_home_that_is_away_is_told_in_plain_words_and_comes_back(open_context, shared):
    page = come_in(open_context(reduced_motion="reduce"), shared.bob)
    shared.alice.kill()
    visit(page, shared.at(shared.bob))
    expect(page.get_by_role("main")).to_contain_text("The home of Alice cannot be reached")
    check_everywhere(page)
    apart(shared.alice.start)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("link", name="notes.txt", exact=True)).to_be_visible()
