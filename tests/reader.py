"""The owner's browser without scripts, in process."""

import re
from typing import Any

import httpx2


class Reader(httpx2.AsyncClient):
    """It looks at a page, then sends a form. page: the path of the page that it is on, "" where it does not say."""

    page = ""

    async def submit(self, url: str, files: Any = None, **fields: object) -> httpx2.Response:
        """Send a form; its token is on every page that has one."""
        shown = await self.get("/my/settings/display")
        found = re.search(r'name="csrf_token" value="([^"]+)"', shown.text)
        assert found, shown.text
        headers = {"referer": f"{self.base_url}{self.page}"} if self.page else {}
        return await self.post(url, data={"csrf_token": found[1], **fields}, files=files, headers=headers)

    async def landed(self, answer: httpx2.Response) -> str:
        """The page that an answer leads to."""
        assert answer.status_code == 303, answer.text
        return (await self.get(answer.headers["location"])).text
