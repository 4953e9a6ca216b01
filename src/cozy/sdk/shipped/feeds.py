"""Feed: each new article of an RSS or Atom feed becomes a text in a folder, and stays when the site forgets it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from html.parser import HTMLParser
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

from ..declaring import Connector, Field
from ..errors import BadField, NotFetched
from ..home import Home
from ..web import Reply

_LARGEST = 20_000_000  # bytes of a feed
_ENCLOSURE = 500_000_000
_MOST = 500  # articles of one feed
_ATOM = "{http://www.w3.org/2005/Atom}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
_DC = "{http://purl.org/dc/elements/1.1/}"
_PREFIX = re.compile(r"(</?)[\w-]+:")  # of a name in a namespace
_LINK = re.compile(r"<link\b[^>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Article:
    """One entry of a feed."""

    id: str
    title: str
    url: str
    author: str
    on: datetime | None
    html: str
    enclosures: tuple[tuple[str, str], ...]  # address, media type


def run(home: Home, fields: Mapping[str, Any]) -> None:
    """Bring the articles that are new. State: the tags of the feed, so that one that did not change is not sent again."""
    url = _address(fields["url"])
    reply = _feed(home, url)
    if reply.status == 304:
        return
    title, articles = read(reply.body, reply.url)
    for article in articles[:_MOST]:
        _keep(home, article, title, with_files=fields["files"])
    if not home.dry_run:
        tags = {
            "If-None-Match": reply.headers.get("etag", ""),
            "If-Modified-Since": reply.headers.get("last-modified", ""),
        }
        home.state["tags"] = {"url": url, **{name: tag for name, tag in tags.items() if tag}}


def _address(text: str) -> str:
    url = re.sub(r"^(feed|webcal)://", "https://", text, flags=re.IGNORECASE)
    url = url if "://" in url else f"https://{url}"
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise BadField("URL")
    return url


def _feed(home: Home, url: str) -> Reply:
    """The feed, or the one that a page names. Raises NotFetched."""
    known = home.state.get("tags") or {}
    tags = {name: tag for name, tag in known.items() if name != "url"} if known.get("url") == url else {}
    reply = home.web.get(url, headers=tags, limit=_LARGEST)
    if reply.status == 304:
        return reply
    reply = reply.checked()
    if "html" not in reply.headers.get("content-type", "") and not _is_html(reply.body):
        return reply
    for tag in _LINK.findall(reply.text[:500_000]):
        is_feed = "alternate" in tag.lower() and re.search(r"application/(rss|atom)\+xml", tag, re.IGNORECASE)
        if is_feed and (found := re.search(r"href\s*=\s*[\"']?([^\"'\s>]+)", tag, re.IGNORECASE)):
            return home.web.get(urljoin(reply.url, unescape(found[1])), limit=_LARGEST).checked()
    raise BadField("URL", detail="this page names no feed")


def _is_html(body: bytes) -> bool:
    return bool(re.match(rb"\s*(<!doctype html|<html)", body[:500], re.IGNORECASE))


def read(body: bytes, url: str) -> tuple[str, list[Article]]:
    """The title and the articles of a feed, RSS 0.9 to 2.0 or Atom (RFC 4287). Raises BadField, NotFetched."""
    if body.lstrip()[:15].upper() == b"BEGIN:VCALENDAR":
        raise BadField("URL.CALENDAR")
    if b"<!ENTITY" in body[:100_000]:  # nothing good is written so, and it can be made to grow without end
        raise NotFetched("NO_FEED")
    try:
        root = ET.fromstring(body.strip())  # noqa: S314 (without entities, in a box with little memory)
    except ET.ParseError as error:
        raise NotFetched("NO_FEED", detail=str(error)) from error
    name = root.tag.rpartition("}")[2].lower()
    if name == "feed":
        return _said(root, f"{_ATOM}title"), [_of_atom(entry, url) for entry in root.iter(f"{_ATOM}entry")]
    if name not in {"rss", "rdf"}:
        raise NotFetched("NO_FEED", detail=f"<{name}>")
    items = [each for each in root.iter() if each.tag.rpartition("}")[2] == "item"]
    channel = next((each for each in root.iter() if each.tag.rpartition("}")[2] == "channel"), root)
    return _any(channel, "title"), [_of_rss(item, url) for item in items]


def _of_atom(entry: ET.Element, base: str) -> Article:
    links = entry.findall(f"{_ATOM}link")
    to = next((link.get("href", "") for link in links if link.get("rel", "alternate") == "alternate"), "")
    files = tuple(
        (urljoin(base, link.get("href", "")), link.get("type", ""))
        for link in links
        if link.get("rel") == "enclosure"
    )
    content = entry.find(f"{_ATOM}content")
    content = entry.find(f"{_ATOM}summary") if content is None else content
    url = urljoin(base, to) if to else ""
    return Article(
        _said(entry, f"{_ATOM}id") or url, _plain(_said(entry, f"{_ATOM}title")), url, _said(entry, f"{_ATOM}author/{_ATOM}name"),
        _when(_said(entry, f"{_ATOM}published") or _said(entry, f"{_ATOM}updated")), _markup(content), files,
    )  # fmt: skip


def _markup(content: ET.Element | None) -> str:
    """What a text construct of Atom holds, as HTML."""
    if content is None:
        return ""
    if content.get("type") == "xhtml":
        return _PREFIX.sub(r"\1", "".join(ET.tostring(inner, "unicode", method="html") for inner in content))
    text = content.text or ""
    return text if content.get("type") in {"html", "text/html"} else f"<p>{text.replace('<', '&lt;')}</p>"


def _of_rss(item: ET.Element, base: str) -> Article:
    url = urljoin(base, _any(item, "link")) if _any(item, "link") else ""
    files = tuple(
        (urljoin(base, each.get("url", "")), each.get("type", ""))
        for each in item
        if each.tag.endswith("enclosure") and each.get("url")
    )
    title = _plain(_any(item, "title"))
    return Article(
        _any(item, "guid") or url or title, title, url, _said(item, f"{_DC}creator") or _any(item, "author"),
        _when(_any(item, "pubDate") or _said(item, f"{_DC}date")), _said(item, _CONTENT) or _any(item, "description"), files,
    )  # fmt: skip


def _said(element: ET.Element, path: str) -> str:
    found = element.find(path)
    return "".join(found.itertext()).strip() if found is not None else ""


def _any(element: ET.Element, name: str) -> str:
    """The text of a child of that name, whatever namespace RSS of that year has."""
    found = next(
        (each for each in element if each.tag.rpartition("}")[2] == name and not each.tag.startswith(_ATOM)),
        None,
    )
    return "".join(found.itertext()).strip() if found is not None else ""


def _when(text: str) -> datetime | None:
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = parse(text)
        except (ValueError, TypeError, IndexError):
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def _keep(home: Home, article: Article, feed: str, *, with_files: bool) -> None:
    day = f"{article.on:%Y-%m-%d} " if article.on else ""
    name = f"{day}{article.title or article.url or article.id}"[:150]
    home.save_file(
        f"{name}.md", _written(article, feed).encode(), source=article.id, date=article.on, mime="text/markdown",
    )  # fmt: skip
    for url, kind in article.enclosures if with_files else ():
        source = f"{article.id} {url}"
        if not home.is_known(source):
            ending = urlsplit(url).path.rpartition("/")[2].rpartition(".")
            home.save_file(
                f"{name}.{ending[2]}" if ending[1] else name, _streamed(home, url), source=source, date=article.on, mime=kind,
            )  # fmt: skip


def _streamed(home: Home, url: str) -> Iterator[bytes]:
    left = _ENCLOSURE
    with home.web.stream("GET", url) as answer:
        if answer.status != 200:
            raise NotFetched(detail=f"{url}: {answer.status}")
        for chunk in answer.chunks():
            left -= len(chunk)
            if left < 0:
                raise NotFetched("TOO_LARGE", detail=url)
            yield chunk


def _written(article: Article, feed: str) -> str:
    """The article as Markdown: a text that every program reads, and that does nothing."""
    told = " · ".join(filter(None, (article.author, feed, f"{article.on:%Y-%m-%d}" if article.on else "")))
    link = f"<{article.url}>" if urlsplit(article.url).scheme in {"http", "https"} else ""
    parts = (f"# {article.title or link}", told, link, markdown(article.html, article.url))
    return "\n\n".join(part for part in parts if part) + "\n"


def _plain(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html))).strip()


def markdown(html: str, base: str = "") -> str:
    """The words of an HTML text, with its headings, lists, quotes, emphasis and links."""
    writer = _Writer(base)
    writer.feed(html)
    writer.close()
    lines = re.sub(r"[ \t]+\n", "\n", "".join(writer.out))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


class _Writer(HTMLParser):
    """Writes Markdown as it reads."""

    _BLOCKS: ClassVar = {
        "p",
        "div",
        "section",
        "article",
        "ul",
        "ol",
        "table",
        "tr",
        "figure",
        "blockquote",
        "pre",
        "header",
        "footer",
    }
    _MARKS: ClassVar = {"strong": "**", "b": "**", "em": "_", "i": "_", "code": "`"}
    _SILENT: ClassVar = {"script", "style", "iframe", "object", "svg", "form", "noscript"}

    def __init__(self, base: str) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._base, self._silent, self._links = base, 0, list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See HTMLParser."""
        told = dict(attrs)
        if tag in self._SILENT:
            self._silent += 1
        elif tag in self._BLOCKS:
            self.out.append("\n\n> " if tag == "blockquote" else "\n\n")
        elif re.fullmatch(r"h[1-6]", tag):
            self.out.append(f"\n\n{'#' * min(int(tag[1]) + 1, 6)} ")
        elif tag in {"br", "hr"}:
            self.out.append("\n" if tag == "br" else "\n\n---\n\n")
        elif tag == "li":
            self.out.append("\n- ")
        elif tag in self._MARKS:
            self.out.append(self._MARKS[tag])
        elif tag == "a":
            self._links.append(self._web(told.get("href")))
            self.out.append("[" if self._links[-1] else "")
        elif tag == "img" and told.get("alt"):
            self.out.append(str(told["alt"]))

    def handle_endtag(self, tag: str) -> None:
        """See HTMLParser."""
        if tag in self._SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in self._BLOCKS or re.fullmatch(r"h[1-6]", tag):
            self.out.append("\n\n")
        elif tag in self._MARKS:
            self.out.append(self._MARKS[tag])
        elif tag == "a" and self._links:
            url = self._links.pop()
            self.out.append(f"]({url})" if url else "")

    def handle_data(self, data: str) -> None:
        """See HTMLParser."""
        if not self._silent:
            self.out.append(re.sub(r"\s+", " ", data).replace("<", "\\<"))

    def _web(self, href: str | None) -> str:
        try:
            url = urljoin(self._base, href or "")
            return url if urlsplit(url).scheme in {"http", "https", "mailto"} else ""
        except ValueError:
            return ""


CONNECTOR = Connector(
    slug="feeds",
    name={"en": "Feed of a site", "fr": "Flux d’un site"},
    purpose={
        "en": "Keeps each new article of a site that you follow (RSS, Atom) as a text in a folder.",
        "fr": "Garde chaque nouvel article d’un site que vous suivez (RSS, Atom), en texte, dans un dossier.",
    },
    icon="rss",
    folder={"en": "Articles", "fr": "Articles"},
    frequency="hourly",
    identifier="url",
    notes={
        "en": "The address of a page that has a feed will do. A calendar is followed in the calendar, where you add it by its address.",
        "fr": "L’adresse d’une page qui a un flux suffit. Un agenda se suit dans l’agenda, où vous l’ajoutez par son adresse.",
    },
    fields=(
        Field(name="url", kind="url", label={"en": "Address of the feed or the site", "fr": "Adresse du flux ou du site"}),
        Field(
            name="files", kind="switch", required=False,
            label={"en": "Keep the recordings, too", "fr": "Garder aussi les enregistrements"},
            hint={"en": "What a podcast is made of: this can be large.", "fr": "Ce dont un podcast est fait : cela peut être volumineux."},
        ),
    ),
    run=run,
)  # fmt: skip
