"""Requests made by chance, out of the route table: whoever asks whatever, nothing breaks on our side.

`python -m tests.security.fuzz --cases 20000 --seed 7` runs many against a home of its own, and prints those that broke something.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sys
import tempfile
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import msgspec
import structlog

import cozy
from cozy.app.house import home_of, opened
from cozy.app.server import serving
from cozy.app.wiring import DOORS
from cozy.kernel.caller import EVERYTHING, SYSTEM, Caller
from cozy.kernel.home import Home, app_origin, origin_of
from cozy.kernel.house import House
from cozy.kernel.routes import SOCKET, Route
from cozy.kernel.settings import Settings
from cozy.kernel.work import Work
from cozy.rooms.auth import service as auth
from cozy.rooms.auth.model import Visitor
from cozy.rooms.auth.service import tokens
from cozy.rooms.files.service import ROOT
from cozy.rooms.homes.model import Profile
from cozy.rooms.permissions import service as permissions
from cozy.rooms.permissions.model import Rule
from tests.browser import samples

ROUTES = [(door.site, route) for door in DOORS for route in door.table if route.method != SOCKET]
APP = "mini"  # an app in development, on an origin of its own
HOLE = re.compile(r"\{([a-z_]+)(:path)?\}")
QUERY = re.compile(r"""(?:query|number|is_true|key|lenient_number)\((?:call, )?"([^"]+)\"""")
FIELD = re.compile(r"""text\(form, "([^"]+)\"""")
CHUNK = 100  # requests before everybody comes in again: some log out
SOURCES = Path(cozy.__file__).parent
PICTURE = samples.picture(0.4, 60, 40)

NASTY: tuple[Any, ...] = (
    "", " ", "x", "..", ".", "/", "a/b", "\0", "é", "é", "%", "%00", "%2e%2e", "_", "_design/x", "_local/x", "*",
    "0", "-1", "1e9", "9" * 30, "1-", "1-abc", "null", "true", "[]", "{}", "a" * 300, "a" * 5000, "名前.txt", "\u202egpj.exe", "'", '"', "<b>",
    "2026-07-18T14:02:00Z", "2026-13-45", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "http://127.0.0.1/", "javascript:alert(1)",
    "io.cozy.files", "io.cozy.files.root-dir", "io.cozy.files.trash-dir", "io.cozy.settings", "io.cozy.permissions", "io.cozy.todos",
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    *NASTY, None, True, False, 0, -1, 1, 2**31, 2**63, 2**70, 1e308, 0.1, [], {}, [None], [[]], {"": None}, ["x"] * 50,
)  # fmt: skip
BODIES = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"0",
    b'"x"',
    b"\xff\xfe",
    b"{}" * 10,
    b"[" * 3000,
    b'{"a":' * 2000,
    b"x" * 70_000,
)
TYPES = (
    "application/json", "application/vnd.api+json", "text/plain", "image/jpeg", "x", "", "application/x-www-form-urlencoded",
    "multipart/form-data", "multipart/form-data; boundary=x", "application/offset+octet-stream",
)  # fmt: skip
HEADERS = {
    "if-match": NASTY, "if-none-match": ("*", '"x"', "W/"), "range": ("bytes=0-", "bytes=9-1", "bytes=-5", "bytes=x", "bytes=0-0,2-3"),
    "content-md5": ("x", "rL0Y20zC+Fzt72VPzMSk2A==", "\xff"), "content-length": ("5",), "date": ("x",), "accept": ("text/event-stream", "application/json", "*/*", "x"),
    "origin": ("null", "http://drive.alice.localhost:8080", "x"), "upload-offset": ("0", "-1", "x"), "upload-length": ("3", "x", "9" * 20),
    "upload-metadata": ("filename eA==", "x", "filename", "filename \xff"), "upload-checksum": ("sha1 x", "md5 rL0Y20zC"), "tus-resumable": ("1.0.0", "2"),
    "accept-language": ("fr", "x" * 200, "\xff"), "if-modified-since": ("x",), "if-range": ('"x"',),
}  # fmt: skip

LOCK = "urn:uuid:00000000-0000-4000-8000-000000000000"
DAV_PATHS = (
    "",
    "Trip",
    "Trip/",
    "Trip/cat.jpg",
    "Trip/notes.txt",
    "Trip/new.txt",
    "New",
    "Administrative",
    "../x",
)
DAV_HEADERS = {
    "depth": ("0", "1", "infinity", "x", "-1"), "overwrite": ("T", "F", "x"), "timeout": ("Second-5", "Infinite", "x", "Second-" + "9" * 30),
    "destination": tuple(f"http://alice.localhost:8080/dav/files/{path}" for path in DAV_PATHS) + NASTY[:20],
    "if": (f"(<{LOCK}>)", "(Not <DAV:no-lock>)", "(", '(["x"])', f"<http://alice.localhost:8080/dav/files/Trip> (<{LOCK}> [\"x\"])", "x" * 3000),
    "lock-token": (f"<{LOCK}>", LOCK, "<>", ""), "x-oc-mtime": ("1", "-1", "x", "9" * 30), "oc-checksum": ("SHA1:x", "x"),
}  # fmt: skip
DAV_BODIES = (
    b"", b"<", b"x", b"<a/>", b'<?xml version="1.0" encoding="x"?><a/>', b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"<a>" * 3000,
    b'<propfind xmlns="DAV:"><allprop/></propfind>', b'<propfind xmlns="DAV:"><propname/></propfind>',
    b'<propfind xmlns="DAV:"><prop><getetag/><a xmlns="b"/><quota-used-bytes/><supportedlock/></prop></propfind>',
    b'<propertyupdate xmlns="DAV:"><set><prop><a xmlns="b">c</a><getlastmodified>x</getlastmodified></prop></set></propertyupdate>',
    b'<propertyupdate xmlns="DAV:"><remove><prop><getetag/></prop></remove></propertyupdate>',
    b'<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype><owner>x</owner></lockinfo>',
    b'<lockinfo xmlns="DAV:"><lockscope><shared/></lockscope><locktype><write/></locktype></lockinfo>',
)  # fmt: skip
_SPACES = b'xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:a="urn:ietf:params:xml:ns:carddav" xmlns:i="http://apple.com/ns/ical/"'
_RANGES = (
    b"",
    b'<c:time-range start="20260701T000000Z" end="20260801T000000Z"/>',
    b'<c:time-range start="00010101T000000Z"/>',
    b'<c:time-range end="99991231T235959Z"/>',
)
_TESTS = (
    b"", b"<c:is-not-defined/>", b'<c:prop-filter name="SUMMARY"><c:text-match negate-condition="yes">x</c:text-match></c:prop-filter>',
    b'<c:prop-filter name="DTSTART"><c:time-range start="20260701T000000Z"/></c:prop-filter>', b'<c:comp-filter name="VALARM"><c:time-range start="20260701T000000Z"/></c:comp-filter>',
    b'<c:prop-filter name="ATTENDEE"><c:param-filter name="PARTSTAT"><c:text-match>x</c:text-match></c:param-filter></c:prop-filter>',
)  # fmt: skip
_DATA = (
    b"<getetag/>", b"<c:calendar-data/>", b'<c:calendar-data><c:expand start="20260701T000000Z" end="20270701T000000Z"/></c:calendar-data>',
    b'<c:calendar-data><c:limit-recurrence-set start="20260701T000000Z" end="20270701T000000Z"/><c:comp name="VCALENDAR"><c:prop name="X"/></c:comp></c:calendar-data>',
    b'<a:address-data version="4.0"><a:prop name="FN"/></a:address-data>', b"<a:address-data/>",
)  # fmt: skip
_QUERIES = tuple(
    b'<c:calendar-query %s><prop>%s</prop><c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="%s">%s%s</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>'
    % (_SPACES, data, kind, test, span)
    for data in _DATA[:4] for kind in (b"VEVENT", b"VTODO", b"X") for test in _TESTS for span in _RANGES
)  # fmt: skip
_REPORTS = (
    *(b"<c:free-busy-query %s>%s</c:free-busy-query>" % (_SPACES, span) for span in _RANGES),
    *(b"<sync-collection %s><sync-token>%s</sync-token><sync-level>1</sync-level><limit><nresults>%s</nresults></limit><prop>%s</prop></sync-collection>" % (_SPACES, token, limit, data) for token in (b"", b"x", b"urn:cozy:sync:x:0:1") for limit in (b"1", b"9") for data in _DATA),
    *(b"<c:calendar-multiget %s><prop>%s</prop><href>/dav/calendars/personal/a.ics</href><href>%%zz</href><href>http://[</href></c:calendar-multiget>" % (_SPACES, data) for data in _DATA),
    *(b"<a:addressbook-multiget %s><prop>%s</prop><href>/dav/contacts/contacts/a.vcf</href><href>%%00</href></a:addressbook-multiget>" % (_SPACES, data) for data in _DATA),
    *(b'<a:addressbook-query %s><prop>%s</prop><a:filter><a:prop-filter name="FN"><a:text-match match-type="%s">a</a:text-match></a:prop-filter></a:filter><a:limit><a:nresults>1</a:nresults></a:limit></a:addressbook-query>' % (_SPACES, data, match) for data in _DATA for match in (b"contains", b"equals", b"x")),
    b'<principal-property-search %s><property-search><prop><displayname/></prop><match>a</match></property-search></principal-property-search>' % _SPACES,
    b'<expand-property %s><property name="principal-URL"><property name="displayname"/></property></expand-property>' % _SPACES,
)  # fmt: skip
_EVENT = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:%s\r\nUID:%s\r\nDTSTAMP:20260701T000000Z\r\n%sEND:%s\r\nEND:VCALENDAR\r\n"
_TIMES = (
    b"", b"DTSTART:20260720T120000Z\r\nDTEND:20260720T110000Z\r\n", b"DTSTART;VALUE=DATE:20260720\r\nRRULE:FREQ=DAILY\r\n",
    b"DTSTART;TZID=Nowhere/Land:20260720T120000\r\nRRULE:FREQ=YEARLY;BYDAY=5MO;BYMONTH=2;COUNT=9\r\n", b"DTSTART:20260720T120000\r\nRRULE:FREQ=SECONDLY\r\n",
    b"DTSTART:00010101T000000Z\r\nDURATION:P9999999D\r\n", b"DTSTART:99991231T235959Z\r\nRRULE:FREQ=WEEKLY;UNTIL=99991231\r\n", b"DUE:20260720T120000Z\r\nDURATION:-P1D\r\n",
    b"DTSTART:20260720T120000Z\r\nRDATE;VALUE=PERIOD:20260721T120000Z/PT1H\r\nEXDATE:x\r\n", b"DTSTART;VALUE=DATE:20260720\r\nRECURRENCE-ID:20260720T120000Z\r\n",
)  # fmt: skip
DAV_TEXTS = (
    *(_EVENT % (kind, uid, times, kind) for kind in (b"VEVENT", b"VTODO", b"VJOURNAL", b"VFREEBUSY") for uid in (b"a", b"b", b"") for times in _TIMES),
    *(b"BEGIN:VCARD\r\nVERSION:%s\r\nUID:%s\r\n%sEND:VCARD\r\n" % (version, uid, lines) for version in (b"3.0", b"4.0", b"2.1") for uid in (b"a", b"b") for lines in (b"", b"FN:A\r\nN:;;;;;;;\r\n", b"BDAY:x\r\nTEL:\r\nPHOTO:x\r\nPHOTO;ENCODING=b:\xff\r\n", b"X-ADDRESSBOOKSERVER-KIND:group\r\nX-ADDRESSBOOKSERVER-MEMBER:x\r\n", b"CATEGORIES:a,,b\r\nORG:;;\r\nADR:\r\n")),
    _EVENT % (b"VFREEBUSY", b"q", b"DTSTART:20260720T000000Z\r\nDTEND:20260721T000000Z\r\nORGANIZER:mailto:alice@example.org\r\nATTENDEE:mailto:alice@example.org\r\n", b"VFREEBUSY"),
)  # fmt: skip
_MADE = tuple(
    b"<%s %s><set><prop>%s</prop></set></%s>" % (root, _SPACES, props, root)
    for root in (b"mkcol", b"c:mkcalendar", b"propertyupdate")
    for props in (b"", b"<displayname>x</displayname><i:calendar-color>#123456</i:calendar-color><i:calendar-order>x</i:calendar-order>", b"<resourcetype><collection/><c:calendar/></resourcetype>",
                  b'<c:supported-calendar-component-set><c:comp name="VTODO"/><c:comp/></c:supported-calendar-component-set><c:calendar-timezone>BEGIN:x</c:calendar-timezone>')
)  # fmt: skip
SHELF_HOLES = {
    "collection": ("personal", "contacts", "work", "new", "inbox", "outbox"),
    "name": ("a.ics", "b.ics", "a.vcf", "b.vcf"),
}
SHELF_BODIES = {
    "REPORT": (*_QUERIES, *_REPORTS), "PUT": DAV_TEXTS, "POST": DAV_TEXTS, "MKCOL": _MADE, "MKCALENDAR": _MADE, "PROPPATCH": _MADE,
}  # fmt: skip
FILES_OF_DAV = re.compile(r"/dav/files|/remote\.php/(?:webdav|dav/(?:files|uploads))")
DAV_ROOTS = {"PROPFIND": b"<propfind", "PROPPATCH": b"<propertyupdate", "LOCK": b"<lockinfo"}


@dataclass(frozen=True, slots=True)
class Request:
    """One request, ready to be sent."""

    method: str
    url: str
    headers: dict[str, str]
    content: bytes

    def __str__(self) -> str:
        return f"{self.method} {self.url[:300]} {self.headers} {self.content[:300]!r}"


class Known:
    """What there is in the home, so that many requests reach something; grows by what answers name."""

    def __init__(self) -> None:
        self.ids: list[str] = [
            "io.cozy.files.root-dir",
            "io.cozy.files.trash-dir",
            "io.cozy.settings.instance",
        ]
        self.revs: list[str] = []
        self.origins: dict[str, str] = {"home": "", "app": ""}  # by site
        self.callers: list[dict[str, str]] = [{}]

    def learn(self, answer: bytes) -> None:
        """Remember the ids and revisions that an answer names."""
        for kind, pattern in (
            (self.ids, rb'"_?id":"([^"\\]{1,80})"'),
            (self.revs, rb'"_?rev":"([^"\\]{1,80})"'),
        ):
            for match in re.findall(pattern, answer)[:5]:
                if (text := match.decode("utf-8", "replace")) not in kind and len(kind) < 500:
                    kind.append(text)


@lru_cache(maxsize=1)
def words() -> tuple[list[str], list[str]]:
    """The parameters and the form fields that any handler reads."""
    text = "\n".join(file.read_text() for file in SOURCES.rglob("*.py"))
    return sorted(set(QUERY.findall(text))), sorted(set(FIELD.findall(text)))


def made(number: int, known: Known) -> Request:
    """The request of that number."""
    chance = random.Random(number)
    site, route = chance.choice(ROUTES)
    query, _ = words()
    url = HOLE.sub(lambda hole: quote(_text(_hole(chance, known)), safe="/" if hole[2] else ""), route.path)
    asked = {
        chance.choice(query): _text(_value(chance, known)) for _ in range(chance.choice((0, 0, 1, 2, 4)))
    }
    if asked:
        url += "?" + "&".join(f"{quote(name, safe='[]')}={quote(value)}" for name, value in asked.items())
    headers = dict(chance.choice(known.callers))
    for name in chance.sample(sorted(HEADERS), chance.choice((0, 0, 1, 2))):
        headers[name] = _text(chance.choice(HEADERS[name])).replace("\0", "")
    if route.manner == "dav":
        return _dav(chance, route.method, route.path, headers)
    return Request(route.method, known.origins[site] + url, headers, _content(chance, known, route, headers))


def _dav(chance: random.Random, method: str, path: str, headers: dict[str, str]) -> Request:
    """A request of a file manager, whose token is a password."""
    _, _, token = headers.get("authorization", "").partition(" ")
    if token and chance.random() < 0.8:
        headers["authorization"] = f"Basic {b64encode(f'alice:{token}'.encode()).decode()}"
    if method == "PROPFIND":
        headers["depth"] = chance.choice("01")
    if method in {"COPY", "MOVE"}:
        headers["destination"] = chance.choice(DAV_HEADERS["destination"][: len(DAV_PATHS)])
    for name in chance.sample(sorted(DAV_HEADERS), chance.choice((0, 0, 0, 1, 2))):
        headers[name] = chance.choice(DAV_HEADERS[name]).replace("\0", "")
    if not FILES_OF_DAV.match(path):
        return _shelf(chance, method, path, headers)
    where = chance.choice(DAV_PATHS) if chance.random() < 0.8 else _text(chance.choice(NASTY))
    fitting = [body for body in DAV_BODIES if DAV_ROOTS.get(method, b"-") in body]
    content = chance.choice(fitting if fitting and chance.random() < 0.6 else (*DAV_BODIES, *BODIES))
    return Request(method, HOLE.sub(lambda _: quote(where), path), headers, content)


def _shelf(chance: random.Random, method: str, path: str, headers: dict[str, str]) -> Request:
    """A request of a program that keeps calendars or contacts."""

    def hole(found: re.Match[str]) -> str:
        usual = SHELF_HOLES.get(found[1], ("x",))
        return quote(
            chance.choice(usual) if chance.random() < 0.9 else _text(chance.choice(NASTY)) or "x", safe=""
        )

    if method in {"COPY", "MOVE"}:
        kind, where = path.split("/")[2], HOLE.sub(hole, "{collection}/{name}")
        headers["destination"] = f"/dav/{kind}/{where}"
    usual = SHELF_BODIES.get(method, ())
    content = chance.choice(usual if usual and chance.random() < 0.8 else (*DAV_BODIES, *BODIES))
    return Request(method, HOLE.sub(hole, path), headers, content)


def _content(chance: random.Random, known: Known, route: Route, headers: dict[str, str]) -> bytes:
    if route.method in {"GET", "HEAD", "OPTIONS", "DELETE"} and chance.random() < 0.9:
        return b""
    roll = chance.random()
    if roll < 0.12:
        headers["content-type"] = chance.choice(TYPES)
        return chance.choice(BODIES)
    if "form" in route.takes and roll < 0.9:
        headers["content-type"] = "application/x-www-form-urlencoded"
        names = [*words()[1], "csrf_token", "name", "ids"]
        fields = [(chance.choice(names), _text(_value(chance, known))) for _ in range(chance.randrange(6))]
        return "&".join(
            f"{quote(name)}={quote(value)}" for name, value in [*fields, ("csrf_token", "ours")]
        ).encode()
    headers["content-type"] = chance.choice(("application/json", "application/vnd.api+json", "text/plain"))
    shape = route.body if route.body is not None and chance.random() < 0.8 else None
    return msgspec.json.encode(_shaped(chance, known, shape) if shape else _jsonapi(chance, known))


def _jsonapi(chance: random.Random, known: Known) -> Any:
    """What many doors take: a document or a list of them, or members at the top."""
    names = ("type", "id", "name", "dir_id", "tags", "rev", "_id", "_rev", "selector", "sort", "fields", "limit", "docs", "keys", "permissions", "ids",
             "files", "pages", "path", "email", "tz", "locale", "public_name", "codes", "ttl", "client_name", "redirect_uris", "action", "doctype", "values")  # fmt: skip
    members = {chance.choice(names): _value(chance, known) for _ in range(chance.randrange(6))}
    form = chance.randrange(4)
    if form == 0:
        return members
    inner = {
        "type": _value(chance, known),
        "id": _value(chance, known),
        "attributes": members,
        "meta": {"rev": _value(chance, known)},
    }
    return {"data": inner if form < 3 else [inner, _value(chance, known)]}


def _shaped(chance: random.Random, known: Known, shape: Any, depth: int = 0) -> Any:
    """A value that nearly is of this type."""
    if depth > 4 or chance.random() < 0.15:
        return _value(chance, known)
    return _of_type(chance, known, msgspec.inspect.type_info(shape) if depth == 0 else shape, depth + 1)


def _of_type(chance: random.Random, known: Known, kind: Any, depth: int) -> Any:
    if isinstance(kind, msgspec.inspect.StructType):
        fields = [field for field in kind.fields if field.required or chance.random() < 0.6]
        return {field.encode_name: _shaped(chance, known, field.type, depth) for field in fields}
    if isinstance(
        kind, msgspec.inspect.ListType | msgspec.inspect.VarTupleType | msgspec.inspect.CollectionType
    ):
        return [_shaped(chance, known, kind.item_type, depth) for _ in range(chance.randrange(4))]
    if isinstance(kind, msgspec.inspect.DictType):
        return {
            _text(_value(chance, known)): _shaped(chance, known, kind.value_type, depth)
            for _ in range(chance.randrange(4))
        }
    if isinstance(kind, msgspec.inspect.UnionType):
        return _shaped(chance, known, chance.choice(kind.types), depth)
    if isinstance(kind, msgspec.inspect.StrType):
        return _text(_value(chance, known))
    if isinstance(kind, msgspec.inspect.IntType):
        return chance.choice((0, 1, -1, 100, 2**53, 2**63))
    if isinstance(kind, msgspec.inspect.LiteralType):
        return chance.choice(kind.values)
    return _value(chance, known)


def _hole(chance: random.Random, known: Known) -> Any:
    doctypes = (
        "io.cozy.files",
        "io.cozy.todos",
        "io.cozy.settings",
        "io.cozy.permissions",
        "io.cozy.oauth.clients",
    )
    return chance.choice(
        (
            chance.choice(known.ids),
            chance.choice(known.ids),
            chance.choice(doctypes),
            chance.choice(NASTY) or "x",
        )
    )


def _value(chance: random.Random, known: Known) -> Any:
    pools: tuple[Sequence[Any], ...] = (known.ids, known.revs or ("1-x",), VALUES, VALUES)
    return chance.choice(chance.choice(pools))


def _text(value: Any) -> str:
    """A value as text that UTF-8 can spell."""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text.encode("utf-8", "replace").decode()


async def run(
    house: House, home: Home, numbers: Iterator[int] | Sequence[int], known: Known, seen: Counter[int]
) -> dict[str, list[str]]:
    """Send requests, and return those that broke something: by method and status. seen: counts the statuses."""
    broken: dict[str, list[str]] = {}
    transport = httpx2.ASGITransport(serving(house), raise_app_exceptions=True)
    async with httpx2.AsyncClient(transport=transport, base_url=home.origin) as client:
        for number in numbers:
            request = made(number, known)
            client.cookies.clear()
            try:
                sent = client.build_request(
                    request.method, request.url, content=request.content,
                    headers=[(name.encode(), value.encode("utf-8", "replace")) for name, value in request.headers.items()],
                )  # fmt: skip
            except (httpx2.InvalidURL, ValueError):
                continue
            try:
                answer = await client.send(sent)
            except Exception as error:
                broken.setdefault(f"{request.method} {type(error).__name__}", []).append(
                    f"{number}: {request} {error!r}"
                )
                continue
            seen[answer.status_code] += 1
            known.learn(answer.content[:20_000])
            if answer.status_code == 500 or (
                answer.status_code > 500 and answer.status_code not in {502, 503, 507}
            ):
                broken.setdefault(f"{request.method} {answer.status_code}", []).append(f"{number}: {request}")
    return broken


async def somebodies(house: House, home: Home, known: Known) -> None:
    """Everybody who may ask: nobody, the owner's pages, and holders of tokens of each kind."""
    known.origins["app"] = app_origin(home.origin, APP, house.settings.subdomains)
    entered = await house.write(home, SYSTEM, auth.sessions.open_, Visitor(address="192.0.2.1"))
    owner = {
        "cookie": f"cozy-session={entered.session}; cozy-csrf=ours",
        "x-csrf-token": "ours",
        "sec-fetch-site": "same-origin",
    }
    scopes = ("*", "*", "*", "io.cozy.files", "io.cozy.todos:GET", "io.cozy.files:GET:io.cozy.files.root-dir")
    minted = [await house.read(home, SYSTEM, auth.mint, scope) for scope in scopes]
    granted = await house.write(
        home, Caller("owner", EVERYTHING), _granted, entered.session.partition(".")[0]
    )
    known.callers = [
        {}, owner, owner, owner,
        *({"authorization": f"Bearer {token}"} for token in (*minted, *granted)),
        *({**owner, "authorization": f"Bearer {token}"} for token in granted),
    ]  # fmt: skip


def _granted(work: Work, session: str) -> list[str]:
    """Tokens of an app, a connector and a device, and the code of a link."""
    rules = {
        name: Rule(f"io.cozy.{name}")
        for name in ("files", "todos", "contacts", "settings", "permissions", "apps")
    }
    permissions.grant(work, "app", APP, rules)
    permissions.grant(work, "konnector", "bank", rules)
    device = permissions.grant(work, "oauth", "client-1", rules)
    asked = permissions.links.Wanted(
        rules={"files": Rule("io.cozy.files", ("GET",), (ROOT,))}, labels=("bob",)
    )
    link = permissions.links.make(work, asked)
    return [
        tokens.for_app(work, APP, session), tokens.for_konnector(work, "bank"),
        tokens.signed(work, "access", "client-1", grant=device.id), *link.codes.values(), *link.shortcodes.values(),
    ]  # fmt: skip


async def furnish(house: House, home: Home, known: Known) -> None:
    """Things for requests to reach: a folder with a file in it, thrown away ones, documents, an index."""
    token = await house.read(home, SYSTEM, auth.mint)
    headers = {"authorization": f"Bearer {token}"}
    transport = httpx2.ASGITransport(serving(house))
    async with httpx2.AsyncClient(transport=transport, base_url=home.origin, headers=headers) as client:
        folder = (await client.post("/files/", params={"Type": "directory", "Name": "Trip"})).json()["data"][
            "id"
        ]
        for name, content in (("cat.jpg", PICTURE), ("notes.txt", b"x" * 20_000), ("gone.txt", b"")):
            made = await client.post(
                f"/files/{folder}", params={"Type": "file", "Name": name}, content=content
            )
            known.learn(made.content)
        await client.delete(f"/files/{made.json()['data']['id']}")
        for n in range(3):
            known.learn(
                (
                    await client.post("/data/io.cozy.todos/", json={"n": n, "_deleted": False, "when": "now"})
                ).content
            )
        await client.post("/data/io.cozy.todos/_index", json={"index": {"fields": ["n"]}})
        known.learn((await client.get(f"/files/{folder}")).content)


def write_app(folder: Path) -> None:
    """An app of two pages, one of them for everybody."""
    manifest = {
        "name": "Mini", "slug": APP, "type": "webapp", "version": "1.0.0", "permissions": {"files": {"type": "io.cozy.files"}},
        "routes": {"/": {"folder": "/", "index": "index.html"}, "/public": {"folder": "/", "index": "index.html", "public": True}},
    }  # fmt: skip
    folder.mkdir()
    (folder / "manifest.webapp").write_bytes(msgspec.json.encode(manifest))
    (folder / "index.html").write_text('<html><body data-cozy="{{.CozyData}}">{{.Token}}</body></html>')


async def _main(cases: Sequence[int], postgres: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        write_app(Path(folder) / APP)
        settings = Settings(data=f"{folder}/data", app_folders=f"{APP}:{folder}/{APP}", postgres=postgres)
        async with opened(settings) as house:
            profile = Profile(public_name="Alice", email="alice@example.org")
            domain = "alice.localhost"
            home = home_of(
                house.settings,
                await auth.open_home(house, domain, profile, origin_of(house.settings, domain)),
            )
            known = Known()
            await furnish(house, home, known)
            seen: Counter[int] = Counter()
            broken: dict[str, list[str]] = {}
            for start in range(0, len(cases), CHUNK):
                await somebodies(house, home, known)
                for name, found in (
                    await run(house, home, cases[start : start + CHUNK], known, seen)
                ).items():
                    broken.setdefault(name, []).extend(found)
            told = [f"{name}: {len(found)}\n  " + "\n  ".join(found[:5]) for name, found in broken.items()]
            told.append(f"statuses: {dict(sorted(seen.items()))}")
            told.append(f"{len(cases)} requests, {sum(map(len, broken.values()))} broke something")
            sys.stdout.write("\n".join([*told, ""]))
            return 1 if broken else 0


def _brief(_logger: Any, _method: str, event: Any) -> str:
    """A line of the log without its traceback."""
    return f"log: {event.get('event')} {event.get('path', '')} {event.get('exc_info', '')!r}"


def main() -> None:
    """Run many cases against a home of their own."""
    parser = argparse.ArgumentParser(prog="python -m tests.security.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--postgres", default="", help="how to reach an empty database, instead of SQLite")
    asked = parser.parse_args()
    structlog.configure(processors=[_brief], logger_factory=structlog.PrintLoggerFactory(sys.stdout))
    first = asked.seed * 1_000_000
    sys.exit(asyncio.run(_main(range(first, first + asked.cases), asked.postgres)))


if __name__ == "__main__":
    main()
