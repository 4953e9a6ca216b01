"""What official apps were seen to ask, app by app (`script/official-apps`), and what they need to find in the answers.

In our own words: a path, a body where there is one, and the shape of the answer, of which the app reads no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ROOT = "io.cozy.files.root-dir"
TRASH = "io.cozy.files.trash-dir"
ANY = object()  # something, whatever it is
LIST = [ANY]  # of any length


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and the shape of its answer: members and their types; a list stands for each of its items."""

    method: str
    path: str
    shape: Any = None
    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def find(doctype: str, selector: dict[str, Any], **more: Any) -> Asked:
    """A query as cozy-client sends it: everything in the one request, with the name of an index that may not be there."""
    body = {"selector": selector, "skip": 0, **more}
    if doctype == "io.cozy.files":
        return Asked("POST", "/files/_find", {"data": LIST, "meta": {"count": int}}, body)
    return Asked("POST", f"/data/{doctype}/_find", {"docs": LIST, "next": bool, "limit": int}, body)


def index_of(doctype: str, selector: dict[str, Any], name: str) -> Asked:
    """An index that is a filter and nothing else, as cozy-client makes it for a query that has no more than that."""
    body = {"index": {"fields": [], "partial_filter_selector": selector}, "ddoc": name}
    return Asked("POST", f"/data/{doctype}/_index", {"result": str, "id": str, "name": str}, body)


def every(doctype: str, query: str = "include_docs=true&limit=100") -> Asked:
    """All documents of a doctype."""
    return Asked("GET", f"/data/{doctype}/_normal_docs?{query}", {"rows": LIST, "total_rows": int})


RESOURCES = {"data": [{"id": str, "type": str, "attributes": dict}]}
SHARED = Asked("GET", "/permissions/doctype/io.cozy.files/shared-by-link", RESOURCES)
CLIENTS = Asked("GET", "/settings/clients", RESOURCES)
# What the bar on top of every app asks for.
BAR = (
    Asked("GET", "/settings/instance", {"data": {"id": str, "attributes": {"public_name": str, "locale": str}, "meta": {"rev": str}}}),
    Asked("GET", "/settings/context", {"data": {"id": str, "type": str, "attributes": dict}}),
    Asked("GET", "/settings/disk-usage", {"data": {"attributes": {"used": str}}}),
    Asked("GET", "/apps/", {"data": [{"id": str, "attributes": {"slug": str, "name": str, "state": str, "version": str}, "links": {"related": str, "icon": str}}]}),
    Asked("GET", "/public/avatar?fallback=initials"),
)  # fmt: skip

DRIVE = (
    *BAR,
    Asked("GET", f"/files/{ROOT}", {"data": {"id": str, "attributes": {"name": str, "path": str, "type": str}}, "included": LIST}),
    Asked("GET", f"/files/{ROOT}?page[limit]=100", {"data": {"id": str}, "included": LIST}),
    Asked("GET", f"/files/{TRASH}", {"data": {"id": str}}),
    find("io.cozy.files", {"dir_id": ROOT, "type": "directory", "_id": {"$nin": [TRASH]}},
         use_index="_design/by_dir_id_and_type_and_name", limit=100,
         sort=[{"dir_id": "asc"}, {"type": "asc"}, {"name": "asc"}]),
    find("io.cozy.files", {"path": "/Settings/Home"}, use_index="_design/by_path"),
    Asked("GET", "/sharings/doctype/io.cozy.files?shared_docs=false", {"data": LIST}),
    Asked("GET", "/sharings/doctype/io.cozy.files", {"data": LIST}),
    Asked("GET", "/sharings/drives", {"data": LIST}),
    SHARED,
    CLIENTS,
    every("io.cozy.files.settings"),
    every("io.cozy.contacts.groups"),
    find("io.cozy.nextcloud.migrations", {"status": {"$in": ["pending", "running"]}}),
    Asked("GET", "/data/io.cozy.files/_all_docs?include_docs=true&limit=100&keys=[]", {"rows": LIST}),
    Asked("POST", "/files/_all_docs?include_docs=true", {"data": LIST}, {"keys": [ROOT]}),
)  # fmt: skip

HOME = (
    *BAR,
    Asked("GET", "/konnectors/", {"data": LIST}),
    Asked("GET", "/registry/maintenance", LIST),
    Asked("GET", "/registry?versionsChannel=stable&filter[type]=konnector&limit=500", {"data": LIST, "meta": {"count": int}}),
    Asked("POST", "/files/downloads?Path=/Settings/Home/Wallpaper", {"errors": LIST}, status=404),
    Asked("POST", "/data/io.cozy.home.settings/", {"ok": bool, "id": str, "rev": str, "data": dict}, {"default_wallpaper": True}, 201),
    every("io.cozy.home.settings", "include_docs=true&limit=1"),
    every("io.cozy.accounts"),
    find("io.cozy.triggers", {"worker": {"$in": ["konnector", "client"]}}, use_index="_design/by_worker", sort=[{"worker": "asc"}]),
    index_of("io.cozy.triggers", {"worker": {"$in": ["client", "konnector"]}}, "by__filter_(worker_$in_(client_konnector))"),
    find("io.cozy.jobs", {"worker": {"$or": ["konnector", "client"]}, "state": "running"},
         use_index="_design/by_started_at_filter_(worker_$or_(konnector_client))_and_(state_running)",
         fields=["message.konnector", "worker", "state", "_id", "_rev"], sort=[{"started_at": "desc"}]),
)  # fmt: skip

SETTINGS = (
    *BAR,
    Asked("GET", "/settings/clients?page[limit]=1000", RESOURCES),
    Asked("GET", "/settings/sessions", RESOURCES),
    Asked(
        "GET", "/data/io.cozy.sessions.logins/_all_docs?include_docs=true", {"rows": LIST, "total_rows": int}
    ),
    Asked("GET", "/data/io.cozy.settings/io.cozy.settings.bitwarden", {"_id": str, "_rev": str}),
    every("io.cozy.home.settings", "include_docs=true&limit=1"),
)

CONTACTS = (
    *BAR,
    find("io.cozy.contacts", {"indexes.byFamilyNameGivenNameEmailCozyUrl": {"$gt": None}, "trashed": {"$exists": False}},
         sort=[{"indexes.byFamilyNameGivenNameEmailCozyUrl": "asc"}], limit=1000,
         use_index="_design/by_indexes.byFamilyNameGivenNameEmailCozyUrl_filter_(trashed_$exists_false)"),
    find("io.cozy.contacts.groups", {"name": {"$gt": None}}, sort=[{"name": "asc"}]),
    index_of("io.cozy.contacts.groups", {"trashed": True}, "by__filter_(trashed_true)"),
    find("io.cozy.triggers", {"worker": "service"}, use_index="_design/by_worker"),
)  # fmt: skip

STORE = (
    *BAR,
    Asked("GET", "/konnectors/", {"data": LIST}),
    Asked(
        "GET",
        "/registry?limit=300&versionsChannel=stable&latestChannelVersion=stable",
        {"data": LIST, "meta": {"count": int}},
    ),
    Asked("GET", "/settings/clients?page[limit]=100", RESOURCES),
    find("io.cozy.settings", {"_id": "io.cozy.settings.bitwarden"}),
)

PHOTOS = (
    *BAR,
    find("io.cozy.files", {"class": "image", "metadata.datetime": {"$gt": None}, "trashed": False},
         use_index="_design/by_class_and_metadata.datetime_filter_(trashed_false)",
         fields=["dir_id", "name", "size", "updated_at", "metadata", "metadata.datetime", "trashed", "class", "_id", "_rev"],
         sort=[{"class": "desc"}, {"metadata.datetime": "desc"}]),
    Asked("GET", "/sharings/doctype/io.cozy.photos.albums", {"data": LIST}),
    Asked("GET", "/permissions/doctype/io.cozy.photos.albums/shared-by-link", RESOURCES),
    CLIENTS,
    Asked("GET", "/data/io.cozy.apps/io.cozy.apps%2Fphotos%2Fupload/relationships/references?include=files&sort=datetime",
          {"data": LIST, "included": LIST, "meta": {"count": int}}),
    Asked("POST", "/data/io.cozy.photos.albums/_index", {"result": str, "id": str, "name": str},
          {"index": {"fields": ["created_at"]}, "ddoc": "by_created_at"}),
    find("io.cozy.photos.albums", {"created_at": {"$gt": None}}, sort=[{"created_at": "desc"}]),
    Asked("GET", "/data/io.cozy.photos.albums/x/relationships/references?include=files&sort=datetime"
          "&page[cursor]=[[%22io.cozy.photos.albums%22,%22x%22],%22%22]", {"data": LIST}),
    Asked("GET", "/files/metadata?Path=/Photos", {"data": {"id": str, "attributes": {"path": str}}}),
    Asked("GET", "/files/metadata?Path=/Photos/Uploaded%20from%20Twake%20Photos", {"errors": LIST}, status=404),
)  # fmt: skip

# A stranger with a link to one folder.
PUBLIC = (
    Asked(
        "GET", "/permissions/self", {"data": {"type": str, "attributes": {"type": str, "permissions": dict}}}
    ),
    Asked("GET", "/settings/disk-usage", {"errors": LIST}, status=403),
    Asked("GET", "/apps/", {"errors": LIST}, status=403),
)
