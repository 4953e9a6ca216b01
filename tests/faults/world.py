"""What the jobs of a home reach outside: a mail server, and a site with a feed."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from typing import Any

from aiosmtpd.smtp import SMTP

from tests.sdk.servers import Site, serving

ITEM = "<item><guid>{0}</guid><title>Article {0}</title><description>Text {0}</description></item>"
FEED = "<rss version='2.0'><channel><title>News</title>{}</channel></rss>"


class PostOffice:
    """A mail server, on a thread of its own. taken: the Message-IDs of what came."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self._loop = asyncio.new_event_loop()
        listening = self._loop.create_server(lambda: SMTP(self, loop=self._loop), "127.0.0.1", 0)
        self._server = self._loop.run_until_complete(listening)
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (the name that aiosmtpd calls)
        self.taken.append(message_from_bytes(envelope.content)["Message-ID"])
        return "250 OK"

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._server.close()
        self._loop.run_until_complete(self._hang_up())
        self._loop.close()

    async def _hang_up(self) -> None:
        talks = asyncio.all_tasks() - {asyncio.current_task()}
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


class World:
    """Both of them. articles: how many the feed has."""

    def __init__(self, post: PostOffice, site: Site) -> None:
        self.post, self._site = post, site
        self.feed = f"{site.url}/rss"
        self.articles = 0
        self.publish()

    def publish(self) -> None:
        """One more article."""
        self.articles += 1
        items = "".join(ITEM.format(number) for number in range(1, self.articles + 1))
        self._site.pages["/rss"] = (200, {}, FEED.format(items).encode())


@contextmanager
def world() -> Iterator[World]:
    """The world, while the block runs."""
    post, site = PostOffice(), Site()
    try:
        with serving(site.server):
            yield World(post, site)
    finally:
        post.close()
