"""Pages to browse an open folder with, in any browser and without a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import PurePosixPath
from urllib.parse import quote

from cozy.kernel.work import Work
from cozy.rooms.homes import service as homes
from cozy.rooms.notifications.ports import Tongue, Words

from ..model import BIN, CALENDARS, CONTACTS, DATA, FILES, INDEX, PAGES, READER, Line
from .spool import Spool

_PICTURES = (".avif", ".gif", ".jpeg", ".jpg", ".png", ".webp")
_STYLE = """:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}body{max-width:60rem;margin:2rem auto;padding:0 1rem}
a{color:LinkText}ul{list-style:none;padding:0}li{padding:.35rem 0;border-bottom:1px solid color-mix(in srgb,CanvasText 15%,Canvas)}
li img{height:4rem;vertical-align:middle;margin-inline-end:.75rem;border-radius:.25rem}small{opacity:.75;margin-inline-start:.5rem}
nav{margin-bottom:1rem}"""


class Guide:
    """The pages of one export: it hears of what is written, and is written itself at the end."""

    def __init__(self, work: Work, at: str) -> None:
        self._at = at
        profile = homes.profile(work)
        self._words: Words = work.plugged(Tongue)[0](profile.locale)
        self._owner, self._domain = profile.public_name, work.domain
        self._folders: dict[
            str, tuple[str, str, int]
        ] = {}  # by id: the folder above, the path, the number of its page
        self._below: dict[str, list[str]] = {}
        self._named: dict[str, list[tuple[str, str]]] = {}
        self._here = ""
        self._rows: list[str] = []

    def folder(self, id_: str, above: str, path: str) -> None:
        """There is such a folder; those above were told before."""
        self._folders[id_] = (above, path, len(self._folders))
        self._below.setdefault(above, []).append(id_)

    def file(self, spool: Spool, dir_id: str, line: Line) -> None:
        """There is such a file; folder by folder."""
        if dir_id != self._here:
            self._write(spool)
            self._here = dir_id
        self._rows.append(_row(line))

    def name(self, kind: str, name: str, path: str) -> None:
        """There is such a calendar or address book."""
        self._named.setdefault(kind, []).append((name, path))

    def finish(self, spool: Spool, counts: Mapping[str, int]) -> None:
        """Write the pages that are left, and the first one."""
        self._write(spool)
        for id_ in list(self._folders):
            self._here = id_
            self._write(spool)
        spool.made(INDEX, self._at, (text.encode() for text in self._first(counts)))

    def _write(self, spool: Spool) -> None:
        """The page of the folder at hand, once."""
        id_, rows = self._here, self._rows
        self._rows, self._here = [], ""
        if id_ not in self._folders:
            return
        above, path, number = self._folders[id_]
        if number < 0:
            return
        parts = [f'<nav><a href="../{INDEX}">{escape(self._owner or self._domain)}</a>']
        parts += [f' / <a href="{self._page(up)}">{escape(self._called(up))}</a>' for up in self._way(above)]
        parts.append(f"</nav><h1>{escape(self._called(id_))}</h1><ul>")
        below = [each for each in self._below.get(id_, ()) if each != id_]
        parts += [
            f'<li>📁 <a href="{self._page(each)}">{escape(self._called(each))}</a></li>' for each in below
        ]
        whole = _page(self._words.locale, self._called(id_), [*parts, *rows, "</ul>"])
        spool.made(f"{PAGES}/{self._page(id_)}", self._at, (text.encode() for text in whole))
        self._folders[id_] = (above, path, -1 - number)

    def _way(self, id_: str) -> list[str]:
        way: list[str] = []
        while id_ in self._folders:
            way.insert(0, id_)
            id_ = self._folders[id_][0]
        return way

    def _page(self, id_: str) -> str:
        number = self._folders[id_][2]
        return f"{number if number >= 0 else -1 - number}.html"

    def _called(self, id_: str) -> str:
        path = self._folders[id_][1]
        if path == FILES:
            return self._words.gettext("Files")
        return self._words.gettext("Bin") if path == BIN else path.rpartition("/")[2]

    def _first(self, counts: Mapping[str, int]) -> Iterator[str]:
        gettext = self._words.gettext
        documents, check = gettext("Everything, for programs"), gettext("To see whether everything is whole:")
        parts = [f"<h1>{escape(self._owner or self._domain)}</h1>"]
        parts.append(
            f"<p>{escape(self._domain)}<small>{escape(self._at[:16].replace('T', ' '))} UTC</small></p>"
        )
        parts.append(f"<h2>{escape(gettext('Files'))}</h2><ul>")
        for id_, (_, path, _) in self._folders.items():
            if path in {FILES, BIN}:
                parts.append(
                    f'<li>📁 <a href="{PAGES}/{self._page(id_)}">{escape(self._called(id_))}</a></li>'
                )
        parts.append("</ul>")
        for kind, title in ((CONTACTS, gettext("Contacts")), (CALENDARS, gettext("Calendar"))):
            parts.append(f"<h2>{escape(title)}</h2><ul>")
            for name, path in self._named.get(kind, ()):
                parts.append(f'<li><a href="{quote(path)}">{escape(name)}</a></li>')
            parts.append("</ul>")
        parts.append(f"<h2>{escape(documents)}</h2><ul>")
        for doctype, count in counts.items():
            parts.append(
                f'<li><a href="{DATA}/{doctype}.json">{escape(doctype)}</a><small>{count}</small></li>'
            )
        parts.append("</ul>")
        parts.append(f"<p>{escape(check)} <code>python3 -I {READER}</code></p>")
        return _page(self._words.locale, self._owner or self._domain, parts)


def _row(line: Line) -> str:
    name = line.path.rpartition("/")[2]
    address = quote(f"../{line.path}")
    is_picture = PurePosixPath(name).suffix.lower() in _PICTURES
    picture = f'<img src="{address}" alt="" loading="lazy">' if is_picture else ""
    return f'<li>{picture}<a href="{address}">{escape(name)}</a><small>{line.modified[:10]}</small></li>'


def _page(locale: str, title: str, parts: list[str]) -> Iterator[str]:
    yield f'<!doctype html><html lang="{locale}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
    yield f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
    yield from parts
    yield "</body></html>\n"
