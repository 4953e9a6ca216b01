"""Help by the host in a browser: the owner lets it look, who helps sees what was chosen, the owner ends it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import check_everywhere, visit
from tests.browser.drive import Drive, furnished

pytestmark = pytest.mark.browser
HELP = "/my/settings/help"


@pytest.fixture
def drive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drive]:
    with furnished(tmp_path_factory.mktemp("support"), lambda work: {}) as drive:
        yield drive


def address(drive: Drive) -> str:
    """Where the host may look: it reads so on its list."""
    return f"{drive.origin}/help/{drive.look(lambda work: work.hosted.help_code)}"


def test_the_host_looks_for_as_long_as_the_owner_lets_it(open_context, drive):
    owner = drive.come_in(open_context())
    visit(owner, f"{drive.origin}{HELP}")
    check_everywhere(owner)
    owner.get_by_role("group", name="They may look at").get_by_role("checkbox").first.press("Space")
    owner.get_by_role("main").get_by_role("button", name="Let the host help").press("Enter")
    expect(owner.get_by_role("heading", name="Your host may look")).to_be_visible()
    check_everywhere(owner)

    helper = open_context().new_page()
    visit(helper, address(drive))
    expect(helper.get_by_text("You see what the owner chose.")).to_be_visible()
    check_everywhere(helper)
    helper.locator("main li a").first.click()
    expect(helper.get_by_role("link", name="Help for")).to_be_visible()
    check_everywhere(helper)

    owner.get_by_role("button", name="End it now").press("Enter")
    expect(owner.get_by_role("heading", name="Let the host help")).to_be_visible()
    helper.reload()
    expect(helper.get_by_role("heading", name="This opens nothing any more")).to_be_visible()


def test_it_works_without_scripts(open_context, drive):
    owner = drive.come_in(open_context(java_script_enabled=False))
    owner.goto(f"{drive.origin}{HELP}")
    owner.get_by_role("main").get_by_role("button", name="Let the host help").click()
    expect(owner.get_by_role("alert")).to_be_visible()  # nothing was chosen
    owner.get_by_role("group", name="They may look at").get_by_role("checkbox").first.check()
    owner.get_by_role("main").get_by_role("button", name="Let the host help").click()
    expect(owner.get_by_role("heading", name="Your host may look")).to_be_visible()
    owner.get_by_role("button", name="End it now").click()
    expect(owner.get_by_role("heading", name="Let the host help")).to_be_visible()
