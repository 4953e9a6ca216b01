"""Photos: a timeline of pictures, and albums of some of them."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import visit
from tests.files.photos import photo

from .stage import Stage, until

ALBUMS = "io.cozy.photos.albums"
COLOURS = ("teal", "tomato", "gold")


def play(stage: Stage) -> None:
    """Three pictures in the timeline, two of them in an album; our pages show that album, and the app one of theirs."""
    tab = stage.open()
    with stage.step("boot", tab):
        expect(tab.get_by_text(re.compile("any photos yet"))).to_be_visible()
    with stage.step("upload", tab):
        sent = [
            {
                "name": f"{colour}.jpg",
                "mimeType": "image/jpeg",
                "buffer": photo(f"2016:0{month}:18 20:38:04", size=(1600, 1200), colour=colour),
            }
            for month, colour in enumerate(COLOURS, 1)
        ]
        tab.locator("input[type=file]").first.set_input_files(sent)  # type: ignore[arg-type]
        expect(tab.get_by_text("Uploaded 3 out of 3")).to_be_visible()
    with stage.step("timeline", tab):
        expect(tab.get_by_text("18 March 2016").or_(tab.get_by_text("March 2016")).first).to_be_visible()
        pictures = tab.locator("img[src*='/thumbnails/'], img[src^='blob:']")
        expect(pictures).to_have_count(3)
        until(lambda: all(pictures.evaluate_all("all => all.map(image => image.naturalWidth > 0)")))
    with stage.step("look at one", tab):
        pictures.first.click()
        tab.wait_for_timeout(1500)
        tab.keyboard.press("Escape")
        expect(pictures.first).to_be_visible()
    with stage.step("make an album", tab):
        tab.goto(f"{stage.origin}/#/albums/new")
        tab.get_by_test_id("input-album-name").or_(tab.locator("[name=album-name]")).first.fill("Holidays")
        for number in (0, 1):
            tab.locator("[class*=pho-photo-select]").nth(number).click()
        tab.get_by_role("button", name=re.compile("^Create")).last.click()
        until(lambda: _albums(stage) == ["Holidays"])
        tab.wait_for_url(re.compile("/albums/(?!new)"))
        expect(pictures).to_have_count(2)
    with stage.step("show the albums", tab):
        tab.goto(f"{stage.origin}/#/albums")
        expect(tab.get_by_text("Holidays").first).to_be_visible()
    with stage.step("the same albums on our pages and in the app", tab) as shown:
        ours = stage.context.new_page()
        shown.append(ours)
        visit(ours, f"http://{stage.watch.host}/my/photos/albums")
        ours.get_by_role("link", name=re.compile("^Holidays")).click()
        expect(ours.locator("a[data-photo]")).to_have_count(2)
        visit(ours, f"http://{stage.watch.host}/my/photos")
        ours.locator(".grid .pick input").first.check(force=True)
        ours.get_by_role("button", name="Add to an album").click()
        ours.locator("dialog").get_by_role("button", name="New album").click()
        ours.get_by_label("Name of the album").fill("Of our pages")
        ours.locator("dialog").get_by_role("button", name="Create the album").click()
        expect(ours.locator("a[data-photo]")).to_have_count(1)
        tab.goto("about:blank")
        tab.goto(f"{stage.origin}/#/albums")
        tab.get_by_text("Of our pages").first.click()
        expect(pictures).to_have_count(1)


def _albums(stage: Stage) -> list[str]:
    asked = {"content-type": "application/json"}
    answer = stage.api("POST", f"/data/{ALBUMS}/_find", '{"selector": {}}', asked)
    return [album["name"] for album in answer.json["docs"]]
