"""Where a connector's findings go: the home, by its public API; or nowhere, where somebody only wants to see them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, urlencode, urlsplit

from .content import Content, md5_of
from .errors import DiskFull, NoFolder, NotFetched, Trouble, VendorDown
from .web import Reply, Web

MEMORIES = "io.cozy.connectors.memories"  # what was brought before
ACCOUNTS, BILLS = "io.cozy.accounts", "io.cozy.bills"


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder of the home."""

    id: str
    name: str
    md5: str  # base64; "" for a folder

    @property
    def is_folder(self) -> bool:
        """Whether others are in it."""
        return not self.md5


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is said of a file beside its bytes."""

    mime: str = ""
    date: str = ""  # RFC 3339
    account: str = ""
    login: str = ""
    source: str = ""  # what it is at the service


class Keeper(Protocol):
    """What `Home` puts things into."""

    def account(self) -> dict[str, Any]:
        """The account of this run, its secrets readable."""
        ...

    def remember(self, data: Mapping[str, Any]) -> None:
        """Keep these members of the account's `data`."""
        ...

    def children(self, folder_id: str) -> list[Entry]:
        """What is in a folder. Raises NoFolder."""
        ...

    def make_folder(self, folder_id: str, name: str) -> Entry:
        """A new folder."""
        ...

    def put(self, folder_id: str, name: str, content: Content, about: About) -> Entry | None:
        """A new file; None when the name is taken."""
        ...

    def overwrite(self, file_id: str, content: Content, about: About) -> bool:
        """A next version of a file; False when it is gone, or in the bin."""
        ...

    def memory(self, shard: str) -> dict[str, Any]:
        """What was kept under this name."""
        ...

    def keep_memory(self, shard: str, held: Mapping[str, Any]) -> None:
        """Keep it, with what another run has kept there meanwhile."""
        ...

    def bills(self, selector: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The bills whose members are these."""
        ...

    def put_bill(self, bill: Mapping[str, Any]) -> None:
        """A new bill."""
        ...


class InTheHome:
    """A home, asked as every program asks it, with the token of this run."""

    def __init__(self, url: str, token: str, account_id: str, slug: str) -> None:
        self._url = url.rstrip("/")
        self._account_id, self._slug = account_id, slug
        self._web = Web(headers={"Authorization": f"Bearer {token}"}, timeout_s=120)
        self._revs: dict[str, str] = {}  # of the memory's documents

    def close(self) -> None:
        """Hang up."""
        self._web.close()

    def account(self) -> dict[str, Any]:
        """See Keeper."""
        found: dict[str, Any] = self._asked(
            "GET", f"/data/{ACCOUNTS}/{quote(self._account_id, safe='')}"
        ).json()
        return found

    def remember(self, data: Mapping[str, Any]) -> None:
        """See Keeper. What somebody else changed meanwhile stays."""
        for _ in range(5):
            account = self.account()
            account["data"] = {**(account.get("data") or {}), **data}
            reply = self._sent("PUT", f"/data/{ACCOUNTS}/{quote(self._account_id, safe='')}", account)
            if reply.status != 409:
                _check(reply)
                return
        raise VendorDown("HOME", detail="the account is changed again and again")

    def children(self, folder_id: str) -> list[Entry]:
        """See Keeper."""
        return list(self._children(folder_id))

    def _children(self, folder_id: str) -> Iterator[Entry]:
        url = f"/files/{folder_id}?page%5Blimit%5D=1000"
        while url:
            reply = self._sent("GET", url)
            if reply.status == 404:
                raise NoFolder
            page = _check(reply).json()
            for item in page.get("included", ()):
                told = item["attributes"]
                yield Entry(
                    item["id"],
                    told["name"],
                    told.get("md5sum") or ("" if told["type"] == "directory" else "?"),
                )
            url = (page.get("links") or {}).get("next") or ""

    def make_folder(self, folder_id: str, name: str) -> Entry:
        """See Keeper."""
        made = self._asked(
            "POST", f"/files/{folder_id}?{urlencode({'Type': 'directory', 'Name': name})}"
        ).json()["data"]
        return Entry(made["id"], name, "")

    def put(self, folder_id: str, name: str, content: Content, about: About) -> Entry | None:
        """See Keeper."""
        query = {"Type": "file", "Name": name, **_details(about, self._slug), "CreatedAt": about.date}
        reply = self._uploaded("POST", f"/files/{folder_id}?{_query(query)}", content, about)
        if reply.status == 409:
            return None
        if reply.status == 404:
            raise NoFolder
        return Entry(_check(reply).json()["data"]["id"], name, content.md5)

    def overwrite(self, file_id: str, content: Content, about: About) -> bool:
        """See Keeper."""
        there = self._sent("GET", f"/files/{file_id}")
        if there.status in {403, 404} or _check(there).json()["data"]["attributes"].get("trashed"):
            return False
        reply = self._uploaded(
            "PUT", f"/files/{file_id}?{_query(_details(about, self._slug))}", content, about
        )
        _check(reply)
        return True

    def _uploaded(self, method: str, path: str, content: Content, about: About) -> Reply:
        headers = {
            "Content-Type": about.mime or "application/octet-stream", "Content-Length": str(content.size), "Content-MD5": content.md5,
        }  # fmt: skip
        return self._web.request(method, self._url + path, headers=headers, body=content.opened())

    def memory(self, shard: str) -> dict[str, Any]:
        """See Keeper. A home tells nobody whether what they may not see is there: both is nothing here."""
        reply = self._sent("GET", self._place(shard))
        if reply.status in {403, 404}:
            return {}
        held = _check(reply).json()
        self._revs[shard] = held["_rev"]
        return dict(held.get("known") or {})

    def keep_memory(self, shard: str, held: Mapping[str, Any]) -> None:
        """See Keeper."""
        for _ in range(5):
            named = {"_id": self._id(shard), "_rev": self._revs[shard]} if shard in self._revs else {}
            body = {**named, "connector": self._slug, "account": self._account_id, "known": held}
            reply = self._sent("PUT", self._place(shard), body)
            if reply.status != 409:
                self._revs[shard] = _check(reply).json()["rev"]
                return
            held = {**self.memory(shard), **held}  # another run of this account is under way
        raise VendorDown("HOME", detail="what is known is changed again and again")

    def _id(self, shard: str) -> str:
        return f"{self._account_id}-{shard}"

    def _place(self, shard: str) -> str:
        return f"/data/{MEMORIES}/{quote(self._id(shard), safe='')}"

    def bills(self, selector: Mapping[str, Any]) -> list[dict[str, Any]]:
        """See Keeper."""
        found: list[dict[str, Any]] = self._asked(
            "POST", f"/data/{BILLS}/_find", {"selector": selector, "limit": 10}
        ).json()["docs"]
        return found

    def put_bill(self, bill: Mapping[str, Any]) -> None:
        """See Keeper."""
        self._asked("POST", f"/data/{BILLS}", bill)

    def _asked(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Reply:
        return _check(self._sent(method, path, body))

    def _sent(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Reply:
        url = path if urlsplit(path).scheme else self._url + path
        packed = json.dumps(body).encode() if body is not None else None
        headers = {
            "Accept": "application/json",
            **({"Content-Type": "application/json"} if packed is not None else {}),
        }
        return self._web.request(method, url, headers=headers, body=packed)


def _details(about: About, slug: str) -> dict[str, str]:
    metadata = json.dumps({"fileIdAttributes": about.source}) if about.source else ""
    return {
        "UpdatedAt": about.date, "SourceAccount": about.account, "SourceAccountIdentifier": about.login, "Metadata": metadata,
    }  # fmt: skip


def _query(members: Mapping[str, str]) -> str:
    return urlencode({name: value for name, value in members.items() if value})


def _check(reply: Reply) -> Reply:
    """Raises what a refusal of the home means to a run."""
    if reply.status < 300:
        return reply
    said = reply.body[:300].decode("utf-8", "replace")
    if reply.status in {413, 507}:
        raise DiskFull(detail=said)
    if reply.status in {401, 403}:
        raise Trouble("NOT_ALLOWED", detail=f"{reply.url}: {said}")
    raise NotFetched("HOME", detail=f"{reply.url}: {reply.status} {said}")


class InMemory:
    """Nowhere: for an author who tries a connector, and for its tests. What would be in the home is in `files` and `kept_bills`."""

    def __init__(self, auth: Mapping[str, Any] | None = None) -> None:
        self._account: dict[str, Any] = {"_id": "account", "auth": dict(auth or {}), "data": {}}
        self.files: dict[str, bytes] = {}  # by path
        self.kept_bills: list[dict[str, Any]] = []
        self._memories: dict[str, dict[str, Any]] = {}
        self._folders: set[str] = set()

    def account(self) -> dict[str, Any]:
        """See Keeper."""
        return self._account

    def remember(self, data: Mapping[str, Any]) -> None:
        """See Keeper."""
        self._account["data"] = {**self._account["data"], **json.loads(json.dumps(data))}

    def children(self, folder_id: str) -> list[Entry]:
        """See Keeper."""
        inside = f"{folder_id}/" if folder_id else ""
        folders = [
            Entry(path, path.removeprefix(inside), "") for path in self._folders if _is_in(path, inside)
        ]
        files = [
            Entry(path, path.removeprefix(inside), md5_of(held))
            for path, held in self.files.items()
            if _is_in(path, inside)
        ]
        return folders + files

    def make_folder(self, folder_id: str, name: str) -> Entry:
        """See Keeper."""
        path = f"{folder_id}/{name}" if folder_id else name
        self._folders.add(path)
        return Entry(path, name, "")

    def put(self, folder_id: str, name: str, content: Content, about: About) -> Entry | None:
        """See Keeper."""
        path = f"{folder_id}/{name}" if folder_id else name
        if path in self.files or path in self._folders:
            return None
        self.files[path] = content.opened().read()
        return Entry(path, name, content.md5)

    def overwrite(self, file_id: str, content: Content, about: About) -> bool:
        """See Keeper."""
        if file_id not in self.files:
            return False
        self.files[file_id] = content.opened().read()
        return True

    def memory(self, shard: str) -> dict[str, Any]:
        """See Keeper."""
        return dict(self._memories.get(shard, {}))

    def keep_memory(self, shard: str, held: Mapping[str, Any]) -> None:
        """See Keeper."""
        self._memories[shard] = dict(held)

    def bills(self, selector: Mapping[str, Any]) -> list[dict[str, Any]]:
        """See Keeper."""
        return [
            bill
            for bill in self.kept_bills
            if all(bill.get(name) == value for name, value in selector.items())
        ]

    def put_bill(self, bill: Mapping[str, Any]) -> None:
        """See Keeper."""
        self.kept_bills.append(dict(bill))


def _is_in(path: str, inside: str) -> bool:
    return path.startswith(inside) and "/" not in path[len(inside) :]
