"""What a browser asked for while an app ran, and what went wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Error, Page, Request, Response, WebSocket

STORM = 20  # equal requests while one thing is done
_IDS = re.compile(r"(?<=/)[0-9a-f]{32,64}(?=[/.?]|$)|(?<=[/=])eyJ[\w.-]+")
# What real homes answer too, and the app copes with.
EXPECTED = (
    ("POST", r"/files/downloads\?Path=.*Wallpaper.*", "404"),  # nobody chose a wallpaper
    ("GET", r"/files/io\.cozy\.files\.shared-drives-dir", "404"),  # no drive is shared with this home
    ("GET", r"/apps/[a-z]+", "404"),  # an app looks whether another is installed
    ("GET", r"/settings/hint", "404"),  # the owner left no hint
    ("GET", r"/files/metadata\?Path=.*", "404"),  # an app looks whether a folder is there, and makes it
    (".*", r".*", r"net::ERR_ABORTED"),  # the page went on, or a download took over
)
_ANSWER = re.compile(
    r'\] (Error: )?\{"(errors|ok|error)":'
)  # an answer that a script did not catch: told beside its request
# Telemetry and help of others: a home lets no app talk to third parties.
_OTHERS = re.compile(r"https?://(?!\S*localhost)\S+")

# Mistakes of the apps themselves, which show whatever a home answers: the app, what its script throws, and when.
FAULTS = (
    ("drive-1.28.0", "file should have a name property", "a field for the name of a new folder is entered"),
    ("drive-1.28.0", "reading 'doctype'", "sharings are read again by a function that lost its object"),
)


def fault_of(app: str, wrong: str) -> str:
    """When an app makes this mistake by itself; "" for what may be ours."""
    return next((when for name, text, when in FAULTS if name == app and text in wrong), "")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: method, address without what differs each time, and its status or why there is none."""

    method: str
    address: str
    status: str

    @property
    def is_wrong(self) -> bool:
        """Whether an app should not have to see this."""
        if self.address.startswith("elsewhere ") or self.status[:1] in {"1", "2", "3"}:
            return False
        return not any(
            re.fullmatch(method, self.method)
            and re.fullmatch(address, self.address)
            and re.fullmatch(status, self.status)
            for method, address, status in EXPECTED
        )

    @property
    def is_refused(self) -> bool:
        """Whether it was forbidden, as most of what an app asks for at start is to somebody with a link to one folder,
        and the files beside its public pages are.
        """
        return self.status in {"401", "403"}

    def __str__(self) -> str:
        return f"{self.status} {self.method} {self.address}"


@dataclass
class Watch:
    """Everything that the pages of a profile ask and complain about.

    host: of the home, with its port; of_stranger: whether they are those of somebody with a link.
    """

    host: str
    of_stranger: bool = False
    asked: Counter[Asked] = field(default_factory=Counter)
    bodies: dict[Asked, str] = field(default_factory=dict)  # what was sent with the first of each
    console: Counter[str] = field(default_factory=Counter)
    sockets: list[str] = field(default_factory=list)
    _since: Counter[Asked] = field(default_factory=Counter)

    def follow(self, context: BrowserContext) -> None:
        """Watch every page of a profile from now on."""
        context.on("response", self._answered)
        context.on("requestfailed", self._failed)
        context.on("console", self._said)
        context.on("weberror", lambda error: self._note("exception", error.page, _told(error.error)))
        context.on("page", lambda page: page.on("websocket", self._opened))

    def storms(self) -> list[str]:
        """Requests that came again and again since this was last asked."""
        found = [
            f"{times} times {asked}" for asked, times in (self.asked - self._since).items() if times > STORM
        ]
        self._since = self.asked.copy()
        return found

    def wrong(self) -> Iterator[str]:
        """What an app should not have met: answers, and complaints about ours."""
        refused = {asked.address for asked in self.asked if self.of_stranger and asked.is_refused}
        for asked in self.asked:
            if asked.is_wrong and asked.address not in refused:
                yield f"{asked} {self.bodies.get(asked, '')}".rstrip()
        for text in self.console:
            kind = text.partition(" ")[0]
            if (kind == "exception" and not _ANSWER.search(text)) or (kind == "error" and _is_ours(text)):
                yield text

    def report(self) -> str:
        """All of it, to read."""
        lines = ["# Asked"]
        ordered = sorted(self.asked.items(), key=lambda item: (item[0].status, item[0].address))
        lines += [f"{times:4} {asked} {self.bodies.get(asked, '')}" for asked, times in ordered]
        lines += ["", "# Console", *(f"{times:4} {text}" for text, times in self.console.items())]
        return "\n".join([*lines, "", "# Sockets", *self.sockets, ""])

    def _answered(self, response: Response) -> None:
        asked = self._asked(response.request, str(response.status))
        if response.request.method != "GET" and asked not in self.bodies:
            self.bodies[asked] = (_quietly(lambda: response.request.post_data) or "")[:600]

    def _failed(self, request: Request) -> None:
        self._asked(request, request.failure or "failed")

    def _asked(self, request: Request, status: str) -> Asked:
        asked = Asked(request.method, self._short(request.url), status)
        self.asked[asked] += 1
        return asked

    def _opened(self, socket: WebSocket) -> None:
        where = self._short(socket.url)
        self.sockets.append(f"opens {where}")
        socket.on("framesent", lambda said: self.sockets.append(f"> {_cut(said)}"))
        socket.on("framereceived", lambda said: self.sockets.append(f"< {_cut(said)}"))
        socket.on("socketerror", lambda said: self.sockets.append(f"breaks {where}: {said}"))

    def _said(self, said: ConsoleMessage) -> None:
        if said.type in {"error", "warning"}:
            self._note(said.type, said.page, f"{said.text} @ {self._short(said.location.get('url', ''))}")

    def _note(self, kind: str, page: Page | None, text: str) -> None:
        where = self._short(page.url.partition("?")[0]) if page else ""
        self.console[f"{kind} [{where}] {_IDS.sub('…', text)[:1500]}"] += 1

    def _short(self, url: str) -> str:
        parts = urlsplit(url)
        if not parts.netloc.endswith(self.host):
            return (
                f"elsewhere {parts.scheme}://{parts.netloc}{parts.path}"[:150] if parts.netloc else url[:60]
            )
        slug = parts.netloc.removesuffix(self.host).rstrip(".")
        query = f"?{unquote(parts.query)}" if parts.query else ""
        return f"{f'({slug})' if slug else ''}{_IDS.sub('…', parts.path + query)}"


def _is_ours(text: str) -> bool:
    """Whether the home can have caused a complaint; that a status is not 2xx is told beside the request."""
    if "Failed to load resource: the server responded" in text:
        return False
    if "Content Security Policy" in text or "Fetch API cannot load" in text:
        return _OTHERS.search(text) is None
    return any(word in text for word in ("CORS", "WebSocket", "MIME type", "ERR_", "integrity", "manifest"))


def _told(error: Error) -> str:
    """What was thrown, and where."""
    places = re.sub(r"\s+", " ", "".join((error.stack or "").splitlines(True)[1:5]))
    return f"{error.message} {places}"


def _cut(said: str | bytes) -> str:
    return (said if isinstance(said, str) else repr(said))[:400]


def _quietly(tell: Callable[[], str | None]) -> str | None:
    """What cannot be read, such as a picture that is sent, is nothing to read."""
    try:
        return tell()
    except Exception:
        return None
