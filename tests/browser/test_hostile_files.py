"""What people are sent may mean harm: opened in every way that the pages offer, it runs nothing and reaches no cookie."""

from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Error

from cozy.kernel.work import Work
from cozy.rooms.files import service as files
from tests.browser import samples
from tests.browser.drive import Drive, furnished

pytestmark = pytest.mark.browser


def poisoned(work: Work) -> dict[str, str]:
    """A folder of files that mean harm, each in an old version too."""
    ids = {"folder": files.create_folder(work, files.ROOT, "Sent to me").id}
    for name, (data, mime) in samples.HARMFUL.items():
        made = files.create_file(work, ids["folder"], name, samples.content(data), mime)
        files.overwrite(work, made.id, samples.content(data + b" "), mime)
        ids[name] = made.id
    return ids


@pytest.fixture(scope="module")
def poison(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drive]:
    with furnished(tmp_path_factory.mktemp("poison"), poisoned) as drive:
        yield drive


@pytest.mark.parametrize("name", list(samples.HARMFUL))
def test_a_hostile_file_runs_nothing(browser, poison, name):
    context = browser.new_context()
    page = poison.come_in(context)
    asked: list[str] = []
    saved: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page.on("download", lambda download: saved.append(download.url))

    page.goto(poison.file(name))
    looked = [page.url, f"{page.url}/versions"]
    page.goto(looked[1])
    looked += [
        urljoin(page.url, link)
        for link in _links(page)
        if link.count("/versions/") and not link.endswith("delete")
    ]
    raw: set[str] = set()
    for url in looked:
        page.goto(url)
        assert page.title() != "ran", url
        raw |= {
            urljoin(url, link)
            for link in _links(page) + _sources(page)
            if "/raw/" in link or "/picture/" in link or "/page/" in link
        }
    raw |= {url.partition("?")[0] for url in raw}
    assert raw

    for url in sorted(raw):
        tab = context.new_page()
        tab.on("download", lambda download: saved.append(download.url))
        with suppress(Error):  # a download ends the navigation
            tab.goto(url)
        assert tab.title() != "ran", url
        assert tab.evaluate(TOUCH) in {"", "refused"}, url
        tab.close()

    page.goto(poison.folder("folder"))
    for url in sorted(raw):
        _embed(page, url)
    page.wait_for_timeout(400)
    assert page.title() != "ran"

    assert not [url for url in asked if urlsplit(url).path == "/my/harm"]
    assert not [
        url
        for url in asked
        if urlsplit(url).netloc != urlsplit(poison.origin).netloc and not url.startswith(("data:", "blob:"))
    ]
    context.close()


TOUCH = "() => { try { return document.cookie } catch { return 'refused' } }"


def _links(page) -> list[str]:
    return page.locator("main a[href]").evaluate_all("all => all.map(a => a.getAttribute('href'))")


def _sources(page) -> list[str]:
    return page.locator("main :is(img, audio, video, image, source)").evaluate_all(
        "all => all.map(e => e.getAttribute('src') ?? e.getAttribute('href'))"
    )


def _embed(page, url: str) -> None:
    """As a page of ours would, if it were tricked: in an image, a frame, an object, a script, a style."""
    page.evaluate(
        """url => {
          const make = (name, values) => document.body.append(Object.assign(document.createElement(name), values));
          make("img", { src: url });
          make("iframe", { src: url });
          make("object", { data: url });
          make("embed", { src: url });
          make("script", { src: url });
          make("link", { rel: "stylesheet", href: url });
        }""",
        url,
    )


def test_the_session_is_out_of_reach_of_scripts(browser, poison):
    context = browser.new_context()
    page = poison.come_in(context)
    page.goto(poison.folder("folder"))
    assert "session" not in page.evaluate("document.cookie")
    context.close()
