"""WebDAV: the files of a Nextcloud account, or of any WebDAV server (RFC 4918), brought into a folder and kept up to date."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from ..declaring import Connector, Field
from ..errors import BadField, LoginFailed, NotFetched, Trouble
from ..home import Home
from ..web import Web, check

_LARGEST = 100_000_000  # bytes of the list of a folder
_DEEPEST = 100  # folders in folders
_DAV, _OC = "{DAV:}", "{http://owncloud.org/ns}"
_WANTED = (
    b'<?xml version="1.0"?><d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop><d:resourcetype/><d:getetag/>'
    b"<d:getcontentlength/><d:getcontenttype/><d:getlastmodified/><oc:fileid/></d:prop></d:propfind>"
)


@dataclass(frozen=True, slots=True)
class Item:
    """A file or a folder over there."""

    path: str  # below where we began, without a slash at either end
    url: str
    is_folder: bool
    id: str  # what it is for good, or its path
    version: str  # changes with its content; of a folder, "" where the server does not promise that
    kind: str
    on: datetime | None


def run(home: Home, fields: Mapping[str, Any]) -> None:
    """Bring what is new or changed, folder by folder. What is deleted over there stays here."""
    login = (fields["login"], fields["password"])
    web = home.visitor(login=login, timeout_s=120)
    root, is_nextcloud = _root(web, fields["url"], login)
    begin = urljoin(root, quote(fields["path"].strip("/")) + "/") if fields["path"].strip("/") else root
    _bring(home, web, begin, "", is_nextcloud=is_nextcloud, depth=0)


def _root(web: Web, text: str, login: tuple[str, str]) -> tuple[str, bool]:
    """Where the files are, and whether it is a Nextcloud: an address of its pages will do. Raises BadField."""
    url = text if "://" in text else f"https://{text}"
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise BadField("URL")
    url = url.partition("?")[0].partition("#")[0].rstrip("/") + "/"
    if "/remote.php/" in url or "/public.php/" in url:
        return url, True
    base = url.partition("/index.php/")[0].partition("/apps/")[0].rstrip("/") + "/"
    status = web.get(urljoin(base, "status.php"), headers={"Accept": "application/json"})
    if status.status == 200 and _is_nextcloud(status.body):
        return urljoin(base, f"remote.php/dav/files/{quote(_user(web, base, login[0]), safe='')}/"), True
    return url, False


def _is_nextcloud(body: bytes) -> bool:
    try:
        said = json.loads(body)
    except ValueError:
        return False
    return isinstance(said, dict) and "installed" in said and "version" in said


def _user(web: Web, base: str, login: str) -> str:
    """The name by which a Nextcloud knows who logs in, perhaps by mail address. Raises LoginFailed."""
    url = urljoin(base, "ocs/v2.php/cloud/user?format=json")
    reply = web.get(url, headers={"OCS-APIRequest": "true", "Accept": "application/json"})
    if reply.status in {401, 403}:
        raise LoginFailed
    try:
        return str(reply.json()["ocs"]["data"]["id"])
    except (Trouble, KeyError, TypeError):
        return login


def _bring(home: Home, web: Web, url: str, path: str, *, is_nextcloud: bool, depth: int) -> None:
    """What is in a folder, then what is in those in it. A folder of a Nextcloud has another tag when anything in it changed."""
    if depth > _DEEPEST:
        raise NotFetched("TOO_DEEP", detail=path)
    home.look_at_the_clock()
    own, items = _listed(web, url, path)
    tag = own.version if own and is_nextcloud else ""
    if tag and home.version(f"folder {url}") == tag:
        return
    for item in sorted(items, key=lambda item: (item.is_folder, item.path)):
        if item.is_folder:
            _bring(home, web, item.url, item.path, is_nextcloud=is_nextcloud, depth=depth + 1)
        elif not home.is_known(item.id, item.version):
            above, _, name = item.path.rpartition("/")
            home.save_file(
                name, _read(web, item), source=item.id, version=item.version, folder=above, date=item.on, mime=item.kind,
            )  # fmt: skip
    if tag:
        home.skip(f"folder {url}", tag)


def _listed(web: Web, url: str, path: str) -> tuple[Item | None, list[Item]]:
    """A folder, and what is in it. Raises LoginFailed, VendorDown, NotFetched, BadField."""
    headers = {"Depth": "1", "Content-Type": "application/xml; charset=utf-8"}
    reply = web.request("PROPFIND", url, headers=headers, body=_WANTED, limit=_LARGEST)
    if reply.status in {404, 405, 501}:
        raise BadField(
            "PATH" if path == "" and reply.status == 404 else "URL", detail=f"{url}: {reply.status}"
        )
    if reply.status != 207:
        check(reply.status, url)
        raise BadField("URL", detail=f"{url}: {reply.status}")
    if b"<!ENTITY" in reply.body[:10_000]:
        raise NotFetched(detail=url)
    try:
        answer = ET.fromstring(reply.body)  # noqa: S314 (without entities, in a box with little memory)
    except ET.ParseError as error:
        raise NotFetched(detail=f"{url}: {error}") from error
    own, items = None, []
    here = unquote(urlsplit(reply.url).path).rstrip("/")
    for response in answer.findall(f"{_DAV}response"):
        item = _item(response, reply.url, path, here)
        if item is not None and item.path == path:
            own = item
        elif item is not None:
            items.append(item)
    return own, items


def _item(response: ET.Element, base: str, path: str, here: str) -> Item | None:
    """None for what is not in this folder, whatever the server says, or has a name that leads elsewhere."""
    url = urljoin(base, (response.findtext(f"{_DAV}href") or "").strip())
    place = unquote(urlsplit(url).path).rstrip("/")
    name = place.removeprefix(here).strip("/")
    if (
        urlsplit(url).netloc != urlsplit(base).netloc
        or not place.startswith(here)
        or "/" in name
        or name in {".", ".."}
    ):
        return None
    told = next((each for each in response.iter(f"{_DAV}prop")), None)
    if told is None:
        return None
    is_folder = told.find(f"{_DAV}resourcetype/{_DAV}collection") is not None
    full = f"{path}/{name}".strip("/") if name else path
    etag, on = told.findtext(f"{_DAV}getetag") or "", told.findtext(f"{_DAV}getlastmodified") or ""
    size = told.findtext(f"{_DAV}getcontentlength") or ""
    return Item(
        full, url if not is_folder else url.rstrip("/") + "/", is_folder, told.findtext(f"{_OC}fileid") or full,
        etag.removeprefix("W/").strip('"') or ("" if is_folder else f"{on} {size}"), told.findtext(f"{_DAV}getcontenttype") or "",
        _when(on),
    )  # fmt: skip


def _when(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None


def _read(web: Web, item: Item) -> Iterator[bytes]:
    with web.stream("GET", item.url) as answer:
        check(answer.status, item.url)
        yield from answer.chunks()


CONNECTOR = Connector(
    slug="webdav",
    name={"en": "Nextcloud or WebDAV", "fr": "Nextcloud ou WebDAV"},
    purpose={
        "en": "Brings your files from a Nextcloud, or another server that speaks WebDAV, and keeps them up to date here.",
        "fr": "Apporte vos fichiers d’un Nextcloud, ou d’un autre serveur WebDAV, et les tient à jour ici.",
    },
    icon="cloud-download",
    folder={"en": "From elsewhere", "fr": "Depuis ailleurs"},
    frequency="daily",
    notes={
        "en": "Nothing is changed or deleted over there; what is deleted there stays here. In a Nextcloud, make a password for "
        "programs: Settings, Security.",
        "fr": "Rien n’est changé ni supprimé là-bas ; ce qui est supprimé là-bas reste ici. Dans un Nextcloud, créez un mot de "
        "passe d’application : Paramètres, Sécurité.",
    },
    fields=(
        Field(
            name="url", kind="url", label={"en": "Address", "fr": "Adresse"},
            hint={"en": "For example https://cloud.example.org", "fr": "Par exemple https://cloud.example.org"},
        ),
        Field(name="login", label={"en": "Login", "fr": "Identifiant"}),
        Field(name="password", kind="password", label={"en": "Password", "fr": "Mot de passe"}),
        Field(
            name="path", required=False, advanced=True, label={"en": "Only this folder", "fr": "Seulement ce dossier"},
            hint={"en": "Its path over there. Empty: everything.", "fr": "Son chemin là-bas. Vide : tout."},
        ),
    ),
    run=run,
)  # fmt: skip
