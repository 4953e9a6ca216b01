"""Photos in a browser: the timeline that fills as one scrolls, the viewer, albums, the map."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from cozy.kernel.clock import iso
from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from cozy.rooms.photos.service import albums
from tests.browser import samples
from tests.browser.conftest import DESK, PHONE, check, ready, visit
from tests.browser.drive import Drive, furnished, listen, toast

pytestmark = pytest.mark.browser
MONTHS = 24
IN_LAST = 230  # more than a part holds


def life(work: Work) -> dict[str, str]:
    """Two years of photos: many in the last month, some in each other, one film, one favourite, some with places."""
    scenes = [
        samples.content(samples.picture(n / 6, *sides))
        for n, sides in enumerate([(450, 300), (300, 400), (320, 180), (300, 300)])
    ]
    ids: dict[str, str] = {}
    last = work.now.replace(day=15, hour=12)

    def shoot(name: str, at: datetime, n: int, **said: object) -> None:
        sides = [(450, 300), (300, 400), (320, 180), (300, 300)][n % 4]
        known = {"datetime": iso(at), "width": sides[0], "height": sides[1], **said}
        details = files.Details(created_at=iso(at), metadata=known)
        ids[name] = files.create_file(work, files.ROOT, name, scenes[n % 4], "image/jpeg", details).id

    for n in range(IN_LAST):
        shoot(f"IMG_{n:04}.jpg", last - timedelta(minutes=90 * n), n)
    for month in range(1, MONTHS):
        at = (last - timedelta(days=30.4 * month)).replace(day=10)
        for n in range(6):
            shoot(
                f"Old {month:02} {n}.jpg",
                at + timedelta(hours=n),
                n,
                gps={"lat": 48.7 - n / 300, "long": -3.98 + month / 10},
            )
    shoot("A year ago.jpg", work.now.replace(year=work.now.year - 1, day=min(work.now.day, 28)), 1)
    still, moving = samples.picture(0.4, 480, 320), samples.film(1, "libvpx-vp9")
    moment = iso((last - timedelta(days=30.4)).replace(day=9))
    motion = {"start": len(still), "size": len(moving)}
    known = files.Details(
        created_at=moment, metadata={"datetime": moment, "width": 480, "height": 320, "motion": motion}
    )
    ids["Moving.jpg"] = files.create_file(
        work, files.ROOT, "Moving.jpg", samples.content(still + moving), "image/jpeg", known
    ).id
    film = files.Details(
        created_at=iso(last), metadata={"datetime": iso(last), "width": 320, "height": 240, "duration": 2}
    )
    ids["Film.mp4"] = files.create_file(
        work, files.ROOT, "Film.mp4", samples.content(samples.film()), "video/mp4", film
    ).id
    files.change(work, ids["IMG_0002.jpg"], files.Change(cozy_metadata={"favorite": True}))
    return ids


@pytest.fixture(scope="module")
def drive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drive]:
    with furnished(tmp_path_factory.mktemp("photos"), life) as drive:
        yield drive


def photos(page: Page):
    return page.locator("a[data-photo]")


def top_month(page: Page) -> str:
    return page.evaluate(
        "[...document.querySelectorAll('.part')].find(p => p.getBoundingClientRect().bottom > innerHeight / 4)?.dataset.part.split('/')[0]"
    )


def test_months_fill_as_one_comes_to_them_and_empty_again(open_context, drive):
    page = drive.come_in(open_context())
    visit(page, f"{drive.origin}/my/photos")
    expect(page.locator(".part")).to_have_count(MONTHS + 1)  # of the last month there are two
    expect(page.locator(".part:not(.waiting)").first).to_be_visible()
    oldest = page.locator(".years [data-goto]").last.get_attribute("data-goto")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(page.locator(f".part[data-part='{oldest}/1'] a[data-photo]").first).to_be_visible()
    expect(page.locator(".part").first).to_have_class(re.compile("waiting"))
    assert photos(page).count() < IN_LAST
    newest = page.locator(".years .y").first.inner_text()
    expect(page.locator(".years [data-open] > .y")).not_to_have_text(newest)


def test_a_date_is_gone_to_at_once_and_stays_under_the_eye_while_the_rest_comes(open_context, drive):
    page = drive.come_in(open_context())
    visit(page, f"{drive.origin}/my/photos")
    year = page.locator(".years .y").nth(1)
    key = year.get_attribute("data-goto")
    year.click()
    expect(page.locator(f".part[data-part='{key}/1'] a[data-photo]").first).to_be_visible()
    page.wait_for_function("!document.querySelector('.part.waiting')?.getBoundingClientRect().top || true")
    assert top_month(page) == key
    visit(page, f"{drive.origin}/my/photos/month/{key}")
    expect(page.locator(f".part[data-part='{key}/1'] a[data-photo]").first).to_be_visible()
    assert top_month(page) == key


def test_the_viewer_turns_photos_knows_keys_and_leads_back_to_where_one_was(open_context, drive):
    page = drive.come_in(open_context())
    visit(page, f"{drive.origin}/my/photos")
    photos(page).nth(3).click()
    expect(page.locator(".pswp[data-open]")).to_be_visible()
    name = page.locator(".pswp .name")
    expect(name).to_have_text("IMG_0002.jpg")
    expect(page.locator(".pswp .star")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("ArrowRight")
    expect(name).to_have_text("IMG_0003.jpg")
    page.keyboard.press("f")
    expect(page.locator(".pswp .star")).to_have_attribute("aria-pressed", "true")
    assert page.url == f"{drive.origin}/my/photos/photo/{drive.ids['IMG_0003.jpg']}"
    page.go_back()
    expect(page.locator(".pswp")).to_have_count(0)
    assert page.url == f"{drive.origin}/my/photos"
    tile = page.locator(f"a[data-photo='{drive.ids['IMG_0003.jpg']}']")
    expect(tile).to_be_focused()
    expect(tile.locator("xpath=following-sibling::*[contains(@class, 'fav')]")).to_be_visible()
    page.reload()
    ready(page)
    expect(page.locator(f"a[data-photo='{drive.ids['IMG_0003.jpg']}'][data-favourite]")).to_be_visible()


def test_photos_that_are_chosen_become_an_album(open_context, drive):
    page = drive.come_in(open_context())
    visit(page, f"{drive.origin}/my/photos")
    photos(page).nth(1).focus()
    page.keyboard.press(" ")
    photos(page).nth(4).click(modifiers=["Shift"])
    expect(page.locator("[data-count]")).to_have_text("4 photos")
    page.get_by_role("button", name="Add to an album").click()
    page.locator("dialog").get_by_role("button", name="New album").click()
    page.get_by_label("Name of the album").fill("Summer")
    page.locator("dialog").get_by_role("button", name="Create the album").click()
    toast(page, "Album created.")
    expect(photos(page)).to_have_count(4)
    photos(page).first.hover()
    page.locator(".grid .pick input").first.check()
    page.get_by_role("button", name="Take out").click()
    toast(page, "1 photo taken out of the album.")
    page.get_by_role("button", name="Undo").click()
    expect(photos(page)).to_have_count(4)


def test_the_film_of_a_moment_plays_while_it_is_held_and_by_a_button(open_context, drive):
    page = drive.come_in(open_context())
    visit(page, f"{drive.origin}/my/photos/photo/{drive.ids['Moving.jpg']}")
    page.get_by_text("Play the moving picture").click()
    assert page.locator(".moving video").evaluate("video => video.play().then(() => video.videoWidth)") == 320
    page.get_by_role("link", name="Back").click()
    page.locator("a[data-motion]").click()
    expect(page.locator(".pswp[data-open]")).to_be_visible()
    button, moving = page.get_by_role("button", name="Play the moving picture"), page.locator(".pswp .motion")
    button.click()
    expect(moving).to_be_visible()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(moving).to_have_count(0)  # at its end
    expect(button).to_have_attribute("aria-pressed", "false")
    page.mouse.move(640, 450)
    page.mouse.down()
    expect(moving).to_be_visible()
    page.mouse.up()
    expect(moving).to_have_count(0)
    expect(page.locator(".pswp[data-open]")).to_be_visible()
    page.keyboard.press("p")
    expect(moving).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(button).to_be_hidden()


def test_what_a_phone_sends_appears_and_what_goes_disappears(open_context, drive):
    page = drive.come_in(open_context())
    listen(page, drive, "/my/photos")
    page.evaluate("window.isTheSame = true")
    photos(page).nth(2).focus()
    page.keyboard.press(" ")
    photos(page).nth(2).focus()
    picture = samples.content(samples.picture(0.9, 300, 200))

    def arrive(work: Work) -> str:
        known = files.Details(
            created_at=iso(work.now), metadata={"datetime": iso(work.now), "width": 300, "height": 200}
        )
        return files.create_file(work, files.ROOT, "From a phone.jpg", picture, "image/jpeg", known).id

    id_ = str(drive.do(arrive))
    expect(photos(page).first).to_have_attribute("data-photo", id_)
    expect(page.locator("[data-count]")).to_have_text("1 photo")
    drive.do(lambda work: files.trash(work, id_))
    expect(page.locator(f"a[data-photo='{id_}']")).to_have_count(0)
    assert page.evaluate("window.isTheSame")


def test_an_album_is_put_in_order_by_keys_and_by_dragging(open_context, drive):
    names = [f"IMG_{n:04}.jpg" for n in (9, 8, 7, 6)]
    album = drive.do(lambda work: albums.create(work, "In order", [drive.ids[name] for name in names]).id)
    page = drive.come_in(open_context())
    visit(page, f"{drive.origin}/my/photos/albums/{album}")
    shown = page.locator(".grid img")

    def stand(*order: int) -> None:
        for at, n in enumerate(order):
            expect(shown.nth(at)).to_have_attribute("alt", f"IMG_{n:04}.jpg")

    stand(9, 8, 7, 6)
    photos(page).first.focus()
    with page.expect_response("**/move"):
        page.keyboard.press("Shift+ArrowRight")
    stand(8, 9, 7, 6)
    expect(photos(page).nth(1)).to_be_focused()
    with page.expect_response("**/move"):
        photos(page).nth(3).drag_to(photos(page).first, target_position={"x": 10, "y": 150})
    stand(6, 8, 9, 7)
    page.reload()
    ready(page)
    stand(6, 8, 9, 7)
    page.locator(".grid .pick input").first.check(force=True)
    page.get_by_role("button", name="One place later").click()
    toast(page, "The order is changed.")
    stand(8, 6, 9, 7)


def test_everything_works_without_scripts(open_context, drive):
    page = drive.come_in(open_context(java_script_enabled=False))
    page.goto(f"{drive.origin}/my/photos")
    expect(photos(page)).to_have_count(200)
    page.get_by_role("link", name="Show older photos").click()
    expect(photos(page)).to_have_count(IN_LAST + 1 - 200)
    photos(page).first.click()
    page.get_by_role("link", name="Next").click()
    expect(page.locator(".stage img")).to_be_visible()
    page.goto(f"{drive.origin}/my/photos/places")
    page.get_by_role("link", name="Nearer").click()
    expect(page.locator(".markers a").first).to_be_attached()


def test_the_map_gathers_what_is_near(open_context, drive):
    page = drive.come_in(open_context())
    visit(page, f"{drive.origin}/my/photos/places")
    expect(page.locator(".markers a").first).to_be_visible()
    expect(page.locator(".how-many")).to_contain_text("photos were taken here")
    before = page.locator(".how-many").inner_text()
    page.get_by_role("link", name="Nearer").click()
    expect(page.get_by_text(before)).to_have_count(0)
    assert "box=" in page.url


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_the_pages_are_for_everybody(open_context, drive, size):
    page = drive.come_in(open_context(viewport=size, color_scheme="dark" if size == PHONE else "light"))
    for path in ("", f"/photo/{drive.ids['IMG_0001.jpg']}", "/places", "/albums"):
        visit(page, f"{drive.origin}/my/photos{path}")
        check(page)
