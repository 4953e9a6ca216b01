"""What a WebDAV server tells of a folder (RFC 4918 §13), as far as it can be believed."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes, urlsplit
from xml.etree import ElementTree as ET

from cozy.dav import xml
from cozy.dav.problems import BadXml
from cozy.kernel.text import nfc

from . import Item

ASKED = (
    '<?xml version="1.0" encoding="utf-8"?><d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" '
    'xmlns:ocs="http://open-collaboration-services.org/ns"><d:prop><d:resourcetype/><d:getcontentlength/><d:getcontenttype/>'
    "<d:getlastmodified/><ocs:share-permissions/><oc:permissions/></d:prop></d:propfind>"
)
_D = "{DAV:}"
_SUM, _LETTERS = (
    "{http://open-collaboration-services.org/ns}share-permissions",
    "{http://owncloud.org/ns}permissions",
)
_CHANGING = 2 | 4  # to change, to add


def items(body: bytes, asked: str, path: str) -> tuple[Item, list[Item]]:
    """The thing that was asked about, and what is in it. asked: its address; path: its path. Raises BadXml."""
    root = xml.parse(body, f"{_D}multistatus")
    own = _path_in(asked)
    told = {
        there: props
        for response in root.iterfind(f"{_D}response")
        if (there := _path_in((response.findtext(f"{_D}href") or "").strip())) is not None
        and (props := _found(response)) is not None
    }
    if not told:
        raise BadXml
    top = own if own in told else min(told, key=len)  # behind a proxy, addresses may begin otherwise
    first = _item(path, path.rpartition("/")[2], told.pop(top))
    names = ((there.rpartition("/")[2], props) for there, props in told.items())
    return first, [_item(f"{path}/{name}", name, props) for name, props in names if name]


def _path_in(address: str) -> str | None:
    """The path of an address, without the slash at its end; None for one that is none, or means to lead elsewhere."""
    try:
        parts = [unquote_to_bytes(part).decode() for part in urlsplit(address).path.split("/") if part]
    except ValueError:
        return None
    if any("/" in part or "\0" in part or part in {".", ".."} for part in parts):
        return None
    return "/" + "/".join(nfc(part) for part in parts)


def _found(response: ET.Element) -> ET.Element | None:
    """The properties that there are; of servers that say no status, those that they told."""
    for propstat in response.iterfind(f"{_D}propstat"):
        if " 200 " in f"{propstat.findtext(f'{_D}status') or ' 200 '} ":
            return propstat.find(f"{_D}prop")
    return None


def _item(path: str, name: str, props: ET.Element) -> Item:
    kind = props.find(f"{_D}resourcetype")
    is_folder = kind is not None and kind.find(f"{_D}collection") is not None
    size = (props.findtext(f"{_D}getcontentlength") or "").strip()
    is_number = size.isascii() and size.isdecimal() and len(size) < 18
    return Item(
        path, name, is_folder, int(size) if is_number and not is_folder else None,
        (props.findtext(f"{_D}getcontenttype") or "").partition(";")[0].strip().lower(),
        (props.findtext(f"{_D}getlastmodified") or "").strip(), _rights(props),
    )  # fmt: skip


def _rights(props: ET.Element) -> bool | None:
    total = (props.findtext(_SUM) or "").strip()
    if total.isascii() and total.isdecimal() and len(total) < 6:
        return bool(int(total) & _CHANGING)
    letters = (props.findtext(_LETTERS) or "").strip()
    return any(letter in letters for letter in "WCK") if letters else None
