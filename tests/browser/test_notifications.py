"""The bell, the list and the settings of notifications in a browser, and the messages that its worker shows."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from cozy.rooms.notifications import service
from cozy.rooms.notifications.model import NEW_DEVICE, Notice
from tests.browser.conftest import PHONE, check, visit
from tests.browser.drive import Drive, furnished, toast

pytestmark = pytest.mark.browser
LISTING, SETTINGS = "/my/notifications", "/my/settings/notifications"


@pytest.fixture
def drive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drive]:
    with furnished(tmp_path_factory.mktemp("notifications"), lambda work: {}) as drive:
        yield drive


def tell(drive: Drive, device: str, **more: str) -> str:
    values = {"domain": "alice.localhost", "device": device, "address": "192.0.2.7"}
    notice = Notice(kind=NEW_DEVICE, about=device, values=values, link="/my/settings/devices")
    told = drive.do(lambda work: service.notify(work, notice))
    return str(getattr(told, "id", ""))


def bell(page: Page):
    return page.locator("header .bell")


def test_the_bell_and_the_list_keep_up_with_what_is_told(open_context, drive):
    context = open_context()
    page, list_ = drive.come_in(context), drive.come_in(context)
    visit(list_, f"{drive.origin}{LISTING}")
    expect(list_.get_by_role("heading", name="Nothing new")).to_be_visible()
    visit(page, f"{drive.origin}/my")
    expect(bell(page)).to_have_attribute("aria-label", "Notifications")
    page.bring_to_front()
    tell(drive, "Firefox, Linux")
    expect(bell(page)).to_have_attribute("aria-label", "Notifications, 1 new")
    toast(page, "A new device opened alice.localhost")
    list_.bring_to_front()
    expect(list_.locator("main li")).to_contain_text("Firefox, Linux")
    for view in ({"width": 1280, "height": 900}, PHONE):
        list_.set_viewport_size(view)
        for scheme in ("light", "dark"):
            list_.emulate_media(color_scheme=scheme)
            check(list_)
    page.bring_to_front()
    page.get_by_role("button", name="Have a look").click()
    page.wait_for_url(f"**{'/my/settings/devices'}")
    expect(bell(page)).to_have_attribute("aria-label", "Notifications")
    list_.bring_to_front()
    expect(list_.locator("main li .badge")).to_have_count(0)
    expect(bell(list_)).to_have_attribute("aria-label", "Notifications")


def test_the_owner_chooses_how_to_be_told(open_context, drive):
    page = drive.come_in(open_context(viewport=PHONE))
    visit(page, f"{drive.origin}{SETTINGS}")
    expect(page.get_by_label("From", exact=True)).to_be_hidden()
    page.get_by_label("By mail: Your home is almost full").select_option(label="In the daily mail")
    page.get_by_role("switch", name="Quiet hours").check()
    page.get_by_label("From", exact=True).fill("21:30")
    check(page)
    page.get_by_role("button", name="Save").click()
    toast(page, "Saved.")
    expect(page.get_by_label("From", exact=True)).to_have_value("21:30")
    expect(page.get_by_label("By mail: Your home is almost full")).to_have_value("daily")


def test_a_message_shows_while_no_page_is_open_and_leads_home(open_context, drive):
    context = open_context()
    context.grant_permissions(["notifications"], origin=drive.origin)
    page = drive.come_in(context)
    visit(page, f"{drive.origin}/my")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    developer = context.new_cdp_session(page)
    registrations: list[str] = []
    developer.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda said: registrations.extend(each["registrationId"] for each in said["registrations"]),
    )
    developer.send("ServiceWorker.enable")
    for _ in range(500):
        if registrations:
            break
        page.wait_for_timeout(20)
    data = '{"id": "1", "title": "Almost full", "text": "91 of 100", "tag": "t", "lang": "en", "url": "/my/notifications/1"}'
    message = {"origin": drive.origin, "registrationId": registrations[-1], "data": data}
    shown = "navigator.serviceWorker.ready.then((r) => r.getNotifications()).then((all) => all.map((n) => [n.title, n.body, n.data.url]))"
    for turn in range(1500):
        if (
            turn % 250 == 0
        ):  # a browser that is busy drops one now and then; of one tag, the newest is shown alone
            developer.send("ServiceWorker.deliverPushMessage", message)
        if page.evaluate(shown):
            break
        page.wait_for_timeout(20)
    assert page.evaluate(shown) == [["Almost full", "91 of 100", "/my/notifications/1"]]
