"""Drive: folders, files, the bin, previews, sharing, in two windows at once.

Each step begins with things of its own, which come to be beside the app, so that one that fails takes no other along.
"""

from __future__ import annotations

import re

from playwright.sync_api import Error, Locator, Page, expect

from tests.files.photos import photo
from tests.program import ROOT

from .stage import Stage, until

PICTURE = photo("2016:09:18 20:38:04", size=(1600, 1200))
LINK = re.compile("^(Copy|Create|Generate|Get) .*link$", re.IGNORECASE)


def play(stage: Stage) -> None:
    """Everything that issue 3 names."""
    tab, second = both = stage.open(), stage.open()
    with stage.step("list", *both):
        seen(both, "Photos")
        seen(both, "Administrative")
        second.wait_for_timeout(1500)  # for its socket
    with stage.step("create a folder", *both):
        create_folder(tab, "Holidays")
        until(lambda: "Holidays" in stage.api.children())
        seen(both, "Holidays")
    with stage.step("upload", *both):
        file = {"name": "cat.jpg", "mimeType": "image/jpeg", "buffer": PICTURE}
        uploads(tab).set_input_files(file)  # type: ignore[arg-type]
        until(lambda: "cat.jpg" in stage.api.children())
        seen(both, "cat.jpg")
        clear(tab)
    with stage.step("thumbnail", tab):
        start(stage, both)
        made(stage, "lynx.jpg", both)
        until(lambda: _is_drawn(tab, "lynx.jpg"))
    with stage.step("preview", tab):
        start(stage, both)
        made(stage, "puma.jpg", both)
        look_at(tab, "puma.jpg")
    with stage.step("rename", *both):
        start(stage, both)
        made(stage, "lion.jpg", both)
        act(tab, "lion.jpg", "Rename")
        tab.keyboard.press("Control+A")
        tab.keyboard.type("tiger.jpg")
        tab.keyboard.press("Enter")
        until(lambda: "tiger.jpg" in stage.api.children())
        seen(both, "tiger.jpg")
        gone(both, "lion.jpg")
    with stage.step("move", *both):
        start(stage, both)
        made(stage, "bear.jpg", both)
        woods = folder(stage, "Woods", both)
        act(tab, "bear.jpg", re.compile("^Move to"))
        dialog = tab.get_by_role("dialog")
        dialog.get_by_text("Woods", exact=True).click()
        tab.wait_for_timeout(1000)
        dialog.get_by_role("button", name=re.compile("^Move")).last.click()
        until(lambda: "bear.jpg" in stage.api.children(woods))
        gone(both, "bear.jpg")
    with stage.step("see a folder change", *both):
        start(stage, both)
        den = folder(stage, "Den", both)
        stage.api.upload("fox.jpg", PICTURE, den)
        for each in both:
            enter(each, "Den")
        seen(both, "fox.jpg")
        stage.api.upload("cub.jpg", PICTURE, den)
        seen(both, "cub.jpg")
    with stage.step("trash", *both):
        start(stage, both)
        made(stage, "wolf.jpg", both)
        act(tab, "wolf.jpg", re.compile("^(Remove|Delete)$"))
        confirm(tab, re.compile("^(Remove|Delete)"))
        until(lambda: "wolf.jpg" not in stage.api.children())
        gone(both, "wolf.jpg")
    with stage.step("restore", *both):
        start(stage, both)
        made(stage, "hare.jpg", both)
        assert stage.api("DELETE", f"/files/{stage.api.children()['hare.jpg']['id']}").status == 200
        gone(both, "hare.jpg")
        tab.get_by_role("link", name=re.compile("^(Bin|Trash)$")).click()
        act(tab, "hare.jpg", "Restore")
        until(lambda: "hare.jpg" in stage.api.children())
        gone((tab,), "hare.jpg")
        seen((second,), "hare.jpg")
    with stage.step("recent files", tab):
        stage.api.upload("owl.jpg", PICTURE)
        tab.goto(f"{stage.origin}/#/recent")
        seen((tab,), "owl.jpg")
    with stage.step("open the share dialog", tab):
        start(stage, both)
        folder(stage, "Garden", both)
        act(tab, "Garden", re.compile("^Share"))
        dialog = tab.get_by_role("dialog").first
        expect(dialog).to_contain_text("Garden")
        expect(dialog.get_by_role("button", name=LINK).first).to_be_visible()
    with stage.step("share by link", tab):
        start(stage, both)
        folder(stage, "Attic", both)
        act(tab, "Attic", re.compile("^Share"))
        share_by_link(stage, tab)
        until(lambda: _links(stage))
        tab.wait_for_timeout(1500)
    with stage.step("share with somebody", tab):
        start(stage, both)
        folder(stage, "Meadow", both)
        act(tab, "Meadow", re.compile("^Share"))
        share_with(tab, "ana@example.org")
        until(lambda: _people(stage, "Meadow") == [("ana@example.org", "mail-not-sent", False)])
        with_people(tab)
        expect(tab.get_by_role("dialog").first).to_contain_text("ana@example.org")
    with stage.step("let them only look", tab):
        if may(tab, "Viewer"):
            until(lambda: _people(stage, "Meadow") == [("ana@example.org", "mail-not-sent", True)])
    with stage.step("share with them no more", tab):
        take_out(tab)
        until(lambda: [status for _, status, _ in _people(stage, "Meadow")] == ["revoked"])
    with stage.step("a stranger follows the link") as pictures:
        start(stage, both)
        pond = folder(stage, "Pond", both)
        stage.api.upload("frog.jpg", PICTURE, pond)
        stranger = stage.stranger()
        stranger.goto(f"{stage.origin}/public?sharecode={stage.link(pond)}")
        pictures.append(stranger)
        seen((stranger,), "frog.jpg")
        until(lambda: _is_drawn(stranger, "frog.jpg"))


def start(stage: Stage, tabs: tuple[Page, ...]) -> None:
    """Back to the top folder."""
    for tab in tabs:
        tab.keyboard.press("Escape")
        tab.goto(f"{stage.origin}/#/folder/{ROOT}")
        if tab.get_by_role("dialog").count():  # older versions close one only while they hold the keyboard
            tab.reload()
    seen(tabs, "Photos")


def made(stage: Stage, name: str, tabs: tuple[Page, ...]) -> None:
    """A picture that somebody else puts into the top folder, and that is seen there at once."""
    assert stage.api.upload(name, PICTURE, **{"Content-Type": "image/jpeg"}).status == 201
    seen(tabs, name)


def folder(stage: Stage, name: str, tabs: tuple[Page, ...]) -> str:
    """The id of a folder that somebody else makes."""
    answer = stage.api.mkdir(name)
    assert answer.status == 201
    seen(tabs, name)
    return answer.data["id"]


def _is_drawn(tab: Page, name: str) -> bool:
    """Whether a file is shown by a picture of it."""
    small = row(tab, name).locator("img[src*='/thumbnails/'], img[src^='blob:']").first
    return bool(small.evaluate("image => image.naturalWidth"))


def _links(stage: Stage) -> list[str]:
    """The short codes of links to files."""
    answer = stage.api("GET", "/permissions/doctype/io.cozy.files/shared-by-link")
    return [code for link in answer.data for code in link["attributes"].get("shortcodes", {}).values()]


def row(tab: Page, name: str) -> Locator:
    """The line of a file or folder, which begins with its name; some versions let a date follow without a space."""
    rows = tab.locator("[class*=fil-content-row], tr, [role=row]")
    return rows.filter(has_text=re.compile(rf"^\s*{re.escape(name)}")).last


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


def clear(tab: Page) -> None:
    """Close the list of what was sent, which may lie over the files."""
    done = tab.locator("[class*=upload-queue]").get_by_role(
        "button", name=re.compile("^close$", re.IGNORECASE)
    )
    if done.count():
        done.first.click()


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
    """Something from the menu that is open, which older versions make of plain boxes."""
    boxes = tab.locator("[role=menu], [class*=Popover], [class*=actionmenu]").get_by_text(what)
    tab.get_by_role("menuitem", name=what).or_(boxes).first.click()
    tab.wait_for_timeout(500)


def confirm(tab: Page, what: re.Pattern[str]) -> None:
    """Say yes in the dialog that is open."""
    tab.get_by_role("dialog").get_by_role("button", name=what).last.click()


def share_by_link(stage: Stage, tab: Page) -> None:
    """In the share dialog that is open; some versions ask for an end or a password first."""
    stage.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dialog = tab.get_by_role("dialog")
    dialog.first.get_by_role("button", name=LINK).first.click()
    tab.wait_for_timeout(1000)
    if (more := dialog.last.get_by_role("button", name="Confirm")).count():
        more.click()


def share_with(tab: Page, address: str) -> None:
    """In the share dialog that is open: somebody who is no contact yet."""
    dialog = tab.get_by_role("dialog").first
    field = dialog.locator("input").first
    field.fill(address)
    tab.wait_for_timeout(500)  # for what is suggested
    field.press("Enter")
    dialog.get_by_role("button", name=re.compile("^(Done|Send|Share)$")).last.click()


def with_people(tab: Page) -> None:
    """The share dialog of the meadow, which some versions close after an invitation."""
    tab.wait_for_timeout(1000)
    if not tab.get_by_role("dialog").count():
        act(tab, "Meadow", re.compile("^Shar"))


def may(tab: Page, what: str) -> bool:
    """Let the last one in the share dialog do this; False in versions that know no such thing."""
    choices = _rights(tab).get_by_text(what, exact=True)
    if not choices.count():
        return False
    choices.last.click()
    return True


def _rights(tab: Page) -> Locator:
    """The menu of the last one in the share dialog, which may be open already."""
    menu = tab.get_by_role("menu").or_(tab.locator("[class*=actionmenu]"))
    if not menu.count():
        rights = re.compile("^(Editor|Viewer|can change)$", re.IGNORECASE)
        tab.get_by_role("dialog").first.get_by_text(rights).last.click()
        tab.wait_for_timeout(500)
    return menu


def take_out(tab: Page) -> None:
    """The last one in the share dialog: in the menu of their line or, where it has one, by a button beside it."""
    button = tab.get_by_role("dialog").first.locator("li, [class*=recipient]").last.locator("button").last
    if button.count() and not button.inner_text().strip():
        button.click()
    else:
        _rights(tab).get_by_text(re.compile("^(Remove|Revoke)")).last.click()


def _people(stage: Stage, name: str) -> list[tuple[str, str, bool]]:
    """Those whom a folder is shared with: mail address, status, and whether they only look."""
    answer = stage.api("GET", "/sharings/doctype/io.cozy.files")
    shared = [each["attributes"] for each in answer.data if each["attributes"]["rules"][0]["title"] == name]
    people = [member for each in shared for member in each["members"][1:]]
    return [(each["email"], each["status"], each.get("read_only", False)) for each in people]


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
