"""Drive: folders, files, the bin, previews, sharing, in two windows at once."""

from __future__ import annotations

import re

from playwright.sync_api import Error, Locator, Page, expect

from tests.files.photos import photo
from tests.program import ROOT

from .stage import Stage, until

PICTURE = photo("2016:09:18 20:38:04", size=(1600, 1200))
MORE = re.compile(r"^(More|Toggle Menu)")


def play(stage: Stage) -> None:
    """Everything that issue 3 names."""
    tab = stage.open()
    with stage.step("list", tab):
        expect(row(tab, "Photos")).to_be_visible()
        expect(row(tab, "Administrative")).to_be_visible()
    second = stage.open()
    expect(row(second, "Photos")).to_be_visible()
    second.wait_for_timeout(1500)  # for its socket
    both = (tab, second)

    with stage.step("create a folder", *both):
        create_folder(tab, "Holidays")
        until(lambda: "Holidays" in stage.api.children())
        seen(both, "Holidays")
    with stage.step("upload", *both):
        file = {"name": "cat.jpg", "mimeType": "image/jpeg", "buffer": PICTURE}
        uploads(tab).set_input_files(file)  # type: ignore[arg-type]
        until(lambda: "cat.jpg" in stage.api.children())
        seen(both, "cat.jpg")
    with stage.step("thumbnail", tab):
        until(lambda: _is_drawn(tab, "cat.jpg"))
    with stage.step("preview", tab):
        look_at(tab, "cat.jpg")
    with stage.step("rename", *both):
        act(tab, "cat.jpg", "Rename")
        tab.keyboard.press("Control+A")
        tab.keyboard.type("tiger.jpg")
        tab.keyboard.press("Enter")
        until(lambda: "tiger.jpg" in stage.api.children())
        seen(both, "tiger.jpg")
        gone(both, "cat.jpg")
    with stage.step("move", *both):
        act(tab, "tiger.jpg", re.compile("^Move to"))
        dialog = tab.get_by_role("dialog")
        dialog.get_by_text("Holidays").click()
        tab.wait_for_timeout(1000)
        dialog.get_by_role("button", name=re.compile("^Move")).last.click()
        holidays = stage.api.children()["Holidays"]["id"]
        until(lambda: "tiger.jpg" in stage.api.children(holidays))
        gone(both, "tiger.jpg")
    with stage.step("enter a folder", tab):
        enter(tab, "Holidays")
        seen((tab,), "tiger.jpg")
    with stage.step("trash", *both):
        enter(second, "Holidays")
        seen((second,), "tiger.jpg")
        act(tab, "tiger.jpg", re.compile("^(Remove|Delete)$"))
        tab.get_by_role("dialog").get_by_role("button", name=re.compile("^(Remove|Delete)")).click()
        holidays = stage.api.children()["Holidays"]["id"]
        until(lambda: "tiger.jpg" not in stage.api.children(holidays))
        gone(both, "tiger.jpg")
    with stage.step("restore", *both):
        tab.get_by_role("link", name=re.compile("^(Bin|Trash)$")).click()
        act(tab, "tiger.jpg", "Restore")
        holidays = stage.api.children()["Holidays"]["id"]
        until(lambda: "tiger.jpg" in stage.api.children(holidays))
        seen((second,), "tiger.jpg")
        gone((tab,), "tiger.jpg")
    with stage.step("recent files", tab):
        tab.goto(f"{stage.origin}/#/recent")
        seen((tab,), "tiger.jpg")
    with stage.step("open the share dialog", tab):
        tab.goto(f"{stage.origin}/#/folder/{ROOT}")
        seen((tab,), "Holidays")
        act(tab, "Holidays", re.compile("^Share"))
        expect(tab.get_by_role("dialog").first).to_contain_text("Holidays")
        expect(tab.get_by_role("dialog").first.get_by_text("alice.localhost").first).to_be_visible()
    with stage.step("share by link", tab):
        stage.context.grant_permissions(["clipboard-read", "clipboard-write"])
        dialog = tab.get_by_role("dialog")
        dialog.first.get_by_role(
            "button", name=re.compile("^(Copy|Create|Generate|Get) .*link$")
        ).first.click()
        tab.wait_for_timeout(1000)
        if (
            confirm := dialog.last.get_by_role("button", name="Confirm")
        ).count():  # with an end, or a password
            confirm.click()
        until(lambda: _links(stage))
        tab.wait_for_timeout(1500)
    with stage.step("a stranger follows the link") as pictures:
        stranger = stage.stranger()
        stranger.goto(f"{stage.origin}/public?sharecode={_links(stage)[0]}")
        pictures.append(stranger)
        seen((stranger,), "tiger.jpg")
        until(lambda: _is_drawn(stranger, "tiger.jpg"))


def _is_drawn(tab: Page, name: str) -> bool:
    """Whether a file is shown by a picture of it."""
    small = row(tab, name).locator("img[src*='/thumbnails/'], img[src^='blob:']").first
    return bool(small.evaluate("image => image.naturalWidth"))


def _links(stage: Stage) -> list[str]:
    """The short codes of links to files."""
    answer = stage.api("GET", "/permissions/doctype/io.cozy.files/shared-by-link")
    return [code for link in answer.data for code in link["attributes"].get("shortcodes", {}).values()]


def row(tab: Page, name: str) -> Locator:
    """The line of a file or folder, which begins with its name."""
    rows = tab.locator("[class*=fil-content-row], tr, [role=row]")
    return rows.filter(has_text=re.compile(rf"^\s*{re.escape(name)}(?!\w)")).last


def seen(tabs: tuple[Page, ...], name: str) -> None:
    """It is on all of them, without a reload."""
    for tab in tabs:
        expect(row(tab, name)).to_be_visible()


def gone(tabs: tuple[Page, ...], name: str) -> None:
    """It is on none of them."""
    for tab in tabs:
        expect(row(tab, name)).to_have_count(0)


def uploads(tab: Page) -> Locator:
    """Where files are chosen."""
    return tab.locator("input[type=file]").first


def create_folder(tab: Page, name: str) -> None:
    """By the menu of the page."""
    new = tab.get_by_role("button", name=re.compile("^(Create|New|Add)"))
    (new if new.count() else tab.get_by_role("button", name="More")).first.click()
    choose(tab, re.compile("^(New f|F)older$"))
    tab.keyboard.type(name)
    tab.keyboard.press("Enter")


def act(tab: Page, name: str, what: str | re.Pattern[str]) -> None:
    """Choose something from the menu of a file."""
    row(tab, name).get_by_role("button").last.click()
    choose(tab, what)


def choose(tab: Page, what: str | re.Pattern[str]) -> None:
    """Something from the menu that is open."""
    menu = tab.locator("[role=menu], [class*=Popover], [class*=actionmenu]").filter(has_text=what).last
    menu.get_by_role("menuitem", name=what).or_(menu.get_by_text(what)).first.click()
    tab.wait_for_timeout(500)


def enter(tab: Page, name: str) -> None:
    """Older versions open by one click, newer by two."""
    label = row(tab, name).locator("[class*=filename-and-ext]").first
    label.click()
    try:
        expect(row(tab, name)).to_have_count(0, timeout=2000)
    except AssertionError:
        label.dblclick()
        expect(row(tab, name)).to_have_count(0)


def look_at(tab: Page, name: str) -> None:
    """The viewer, with the picture in it, and back."""
    label = row(tab, name).locator("[class*=filename-and-ext]").first
    label.click()
    try:
        tab.wait_for_url(re.compile("/file/"), timeout=2000)
    except Error:
        label.dblclick()
        tab.wait_for_url(re.compile("/file/"))
    large = tab.locator(
        "img[src*='/thumbnails/'][src$=large], img[src*='/files/download'], img[src*='/files/downloads']"
    )
    tab.wait_for_timeout(1000)
    expect(large.first).to_be_visible()
    assert large.first.evaluate("image => image.naturalWidth") > 300
    tab.keyboard.press("Escape")
    expect(row(tab, name)).to_be_visible()
