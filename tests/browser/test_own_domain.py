"""A home moves to a domain of its owner's: what to enter, what is seen of it, and the way in at the new address."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSPHRASE, check_everywhere, log_in, on_its_own, visit
from tests.neighbours.test_own_domain import NameServer

pytestmark = pytest.mark.browser
DOMAIN, OWN = "alice.localhost", "maison.martin.localhost"
CONTEXTS = "[contexts.default]\nown_domains = true\n"


@pytest.fixture
def name_server() -> Iterator[NameServer]:
    """A name server in a thread of its own."""
    served, loop, here = NameServer(), asyncio.new_event_loop(), bytes([192, 0, 2, 1])
    served.zone = {(name, "A"): here for name in (DOMAIN, OWN, f"*.{OWN}")}
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    starting = asyncio.run_coroutine_threadsafe(asyncio.start_server(served.answer, "127.0.0.1", 0), loop)
    server = starting.result()
    served.port = server.sockets[0].getsockname()[1]
    yield served
    loop.call_soon_threadsafe(server.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_the_owner_enters_what_the_page_says_and_moves(tmp_path, name_server, open_context):
    (tmp_path / "cozy.toml").write_text(CONTEXTS)
    env = {"COZY_CONFIG": str(tmp_path / "cozy.toml"), "COZY_NAME_SERVER": f"127.0.0.1:{name_server.port}"}
    with on_its_own(tmp_path, **env) as running:
        home, tab = running.add_home(DOMAIN), open_context().new_page()
        log_in(tab, home)
        visit(tab, f"{home}/my/settings/address")
        tab.get_by_label("Your domain").fill(OWN)
        tab.get_by_role("button", name="Go on").click()
        expect(tab.get_by_role("heading", name=f"What to enter where you bought {OWN}")).to_be_visible()
        expect(tab.get_by_text("not seen yet")).to_have_count(1)

        name, proof = tab.locator("li", has_text="That it is yours").locator("code").all_text_contents()
        name_server.zone[name, "TXT"] = bytes([len(proof)]) + proof.encode()
        tab.get_by_role("link", name="Look again").click()
        expect(tab.get_by_role("heading", name=f"Move to {OWN}")).to_be_visible()
        check_everywhere(tab)
        tab.get_by_label("Your passphrase").fill(PASSPHRASE)
        tab.get_by_role("button", name="Move there").click()
        tab.wait_for_url(f"{running.origin(OWN)}/**")
        expect(tab.get_by_label("New passphrase")).to_be_visible()
        tab.goto(f"{home}/my")
        expect(tab.get_by_role("heading", name="Come in, Alice")).to_be_visible()
        assert tab.url.startswith(f"{running.origin(OWN)}/auth/login")
