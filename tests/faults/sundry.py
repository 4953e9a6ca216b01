"""What else people do in a home than changing files: documents of apps, files by WebDAV, small pictures, and listening to what changes."""

import io
import json
import random
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from PIL import Image
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.faults.actor import Broken, Doubt
from tests.program import Client

DOCTYPE = "io.cozy.rolls"
HEARD_WITHIN_S = 60.0  # however busy the machine is
_FEW = 5  # documents and files of each kind


@dataclass
class Listener:
    """Hears of changes of documents in a home, from one worker after the other."""

    domain: str
    token: str
    port: Callable[[], int]
    since: int = 0  # how often it began to listen; 0 while it does not
    heard: set[str] = field(default_factory=set)
    count: int = 0
    is_over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until it is over."""
        begun = 0
        while not self.is_over.wait(0.05):
            begun += 1
            with suppress(OSError, WebSocketException):
                self._listen(begun)
            self.since = 0

    def _listen(self, begun: int) -> None:
        port = self.port()
        uri = f"ws://{self.domain}:{port}/realtime/"
        protocols = [Subprotocol("io.cozy.websocket")]
        sock = socket.create_connection(("127.0.0.1", port), 60)
        with sock, connect(uri, sock=sock, subprotocols=protocols, proxy=None, open_timeout=60) as here:
            _say(here, "AUTH", self.token)
            _say(here, "SUBSCRIBE", {"type": DOCTYPE})
            _say(here, "ECHO")  # its answer, that there is no such thing, comes after what was said before
            while not self.is_over.is_set():
                with suppress(TimeoutError):
                    said = json.loads(here.recv(timeout=0.5))
                    if said["event"] == "error":
                        self.since = begun
                    else:
                        self.heard.add(said["payload"]["doc"]["_rev"])

    def hears(self, rev: str, since: int) -> None:
        """Wait for what was written while it listened, unless it was cut off meanwhile."""
        until = time.monotonic() + HEARD_WITHIN_S
        while since and self.since == since:
            if rev in self.heard:
                self.count += 1
                return
            if time.monotonic() > until:
                raise Broken(f"{self.domain} was not told of {rev}")
            time.sleep(0.005)


def _say(here: ClientConnection, method: str, payload: object = None) -> None:
    here.send(json.dumps({"method": method, "payload": payload}))


@dataclass
class Sundry:
    """One person's documents and files by WebDAV, as they must be."""

    random: random.Random
    listener: Listener | None = None
    documents: dict[str, dict] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    picture: str = ""
    acknowledged: int = 0
    pictures: int = 0
    doubt: Doubt | None = None

    def act(self, client: Client) -> None:
        """One random deed."""
        self.random.choices((self._document, self._file, self._look_at_picture), (4, 3, 2))[0](client)

    def settle(self, client: Client) -> None:
        """Find out what became of the deed that got no answer."""
        if self.doubt is not None:
            self.doubt.settle(client)
            self.doubt = None

    def look(self, client: Client) -> None:
        """Everything is as it must be."""
        for id_, body in self.documents.items():
            answer = client("GET", f"/data/{DOCTYPE}/{id_}")
            if answer.status != 200 or _said(answer.json) != body:
                raise Broken(f"{body} is {answer}")
        for path, held in self.files.items():
            answer = client("GET", path)
            if answer.status != 200 or answer.body != held:
                raise Broken(f"{path} holds something else: {answer.status}, {len(answer.body)} bytes")

    def _document(self, client: Client) -> None:
        id_ = f"roll-{self.random.randrange(_FEW)}"
        before = self.documents.get(id_)
        after = {**(before or {}), "turn": self.random.random()}
        self.doubt = Doubt(f"write {id_}", lambda c: self._settle_document(c, id_, before, after))
        since = self.listener.since if self.listener else 0
        answer = client(
            "PUT", f"/data/{DOCTYPE}/{id_}", json.dumps(after), {"Content-Type": "application/json"}
        )
        if answer.status not in {200, 201}:
            raise Broken(f"{self.doubt.what}: {answer}")
        self.documents[id_] = {**after, "_id": id_, "_rev": answer.json["rev"]}
        self._sure()
        if self.listener is not None:
            self.listener.hears(answer.json["rev"], since)

    def _settle_document(self, client: Client, id_: str, before: dict | None, after: dict) -> None:
        answer = client("GET", f"/data/{DOCTYPE}/{id_}")
        if answer.status == 404 and before is None:
            return
        said = _said(answer.json)
        if said != before and said["turn"] != after["turn"]:
            raise Broken(f"{id_} was {before}, then perhaps {after}, and is {answer}")
        self.documents[id_] = said

    def _file(self, client: Client) -> None:
        path = f"/dav/files/rolling {self.random.randrange(_FEW)}.bin"
        before, after = (
            self.files.get(path),
            self.random.randbytes(self.random.choice((900, 60_000, 900_000))),
        )
        self.doubt = Doubt(f"put {path}", lambda c: self._settle_file(c, path, before, after))
        answer = client("PUT", path, after)
        if answer.status not in {201, 204}:
            raise Broken(f"{self.doubt.what}: {answer}")
        self.files[path] = after
        self._sure()

    def _settle_file(self, client: Client, path: str, before: bytes | None, after: bytes) -> None:
        answer = client("GET", path)
        if answer.status == 404 and before is None:
            return
        if answer.status != 200 or answer.body not in (before, after):
            raise Broken(f"{path} is neither what it was nor what it became: {answer.status}")
        self.files[path] = answer.body

    def _look_at_picture(self, client: Client) -> None:
        if not self.picture:
            self._bring_picture(client)
        answer = client.show(self.picture)
        drawn = client.at("GET", answer.data["links"]["small"])
        if drawn.status != 200 or not drawn.headers["content-type"].startswith("image/"):
            raise Broken(f"a small picture: {drawn}")
        self.pictures += 1

    def _bring_picture(self, client: Client) -> None:
        name = f"picture {self.random.random()}.jpg"  # another one is brought when nobody said that this is there
        drawn = io.BytesIO()
        Image.linear_gradient("L").resize((600, 400)).convert("RGB").save(drawn, "JPEG")
        answer = client.upload(name, drawn.getvalue(), **{"Content-Type": "image/jpeg"})
        if answer.status != 201:
            raise Broken(f"bring {name}: {answer}")
        self.picture = answer.data["id"]

    def _sure(self) -> None:
        self.doubt = None
        self.acknowledged += 1


def _said(document: dict) -> dict:
    return {name: document[name] for name in ("_id", "_rev", "turn")}
