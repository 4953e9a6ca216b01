"""Folders of Google Photos: years, albums, the bin; and what its sidecars say."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from ..reading import moments
from ..reading.jsons import text

_YEAR = re.compile(
    r"^(?:photos?|fotos?|foto's|zdjęcia|bilder|foton|kuvat|billeder|fotografie|fényképek|фото(?:графии)?)"
    r"\s+(?:from|de|von|del|dal|da|uit|z|från|fra|vuodelta|za|iš|aus dem jahr)\s+\d{4}$"
    r"|^\d{4}\s*年の写真$|^\d{4}\s*年的照片$|^\d{4}년의? 사진$|^\d{4}-\d\d-\d\d(?: #\d+)?$",
    re.IGNORECASE,
)
_BINS = {
    "trash",
    "bin",
    "corbeille",
    "papierkorb",
    "papelera",
    "cestino",
    "prullenbak",
    "lixeira",
    "lixo",
    "kosz",
    "ゴミ箱",
}
_ARCHIVES = {
    "archive",
    "archiv",
    "archivo",
    "archivio",
    "archief",
    "arquivo",
    "archives",
    "archiwum",
    "アーカイブ",
}
_FAILED = {"failed videos", "vidéos ayant échoué"}
_ALBUM_FILES = re.compile(
    r"^(?:metadata|metadati|metadaten|metadatos|metadados|métadonnées|metagegevens|metadane|metadata-album|メタデータ|元数据)"
    r"(?:\(\d+\))?\.json$"
)  # fmt: skip


@dataclass(slots=True)
class Facts:
    """What a sidecar says of a picture."""

    title: str = ""
    description: str = ""
    taken: str = ""
    lat: float | None = None
    long: float | None = None
    altitude: float | None = None
    people: list[str] = field(default_factory=list)
    is_favorite: bool = False
    is_archived: bool = False
    is_trashed: bool = False
    is_of_partner: bool = False
    url: str = ""


def is_sidecar(said: Any) -> bool:
    """Whether a JSON value tells of a picture."""
    return isinstance(said, dict) and isinstance(said.get("photoTakenTime"), dict)


def facts(said: Any) -> Facts:
    """What a sidecar says, nothing where it is none; a place of nought and nought says that nobody knew. `geoData` is what the owner chose."""
    if not is_sidecar(said):
        return Facts()
    place = next(
        (
            one
            for name in ("geoData", "geoDataExif")
            if (one := said.get(name)) and isinstance(one, dict) and _is_place(one)
        ),
        {},
    )
    origin = said.get("googlePhotosOrigin")
    people = said.get("people")
    return Facts(
        title=text(said, "title"),
        description=text(said, "description"),
        taken=moments.from_epoch((said.get("photoTakenTime") or {}).get("timestamp")),
        lat=place.get("latitude"),
        long=place.get("longitude"),
        altitude=place.get("altitude") or None,
        people=[one["name"] for one in people if isinstance(one, dict) and one.get("name")]
        if isinstance(people, list)
        else [],
        is_favorite=said.get("favorited") is True,
        is_archived=said.get("archived") is True,
        is_trashed=said.get("trashed") is True,
        is_of_partner=isinstance(origin, dict) and "fromPartnerSharing" in origin,
        url=text(said, "url"),
    )


def is_album_file(name: str) -> bool:
    """Whether a file of a folder tells of the album that the folder is."""
    return _ALBUM_FILES.match(unicodedata.normalize("NFC", name).lower()) is not None


def album_title(said: Any) -> str | None:
    """The title of an album, empty where its owner gave none; nothing where a JSON value is no album."""
    if not isinstance(said, dict):
        return None
    inner = said["albumData"] if isinstance(said.get("albumData"), dict) else said
    is_album = "title" in inner and "photoTakenTime" not in inner
    return text(inner, "title").strip() if is_album else None


def is_album(folder: str, title: str | None) -> bool:
    """Whether a folder is an album of the owner, rather than a year, a day, the bin or the archive."""
    name = unicodedata.normalize("NFC", folder).lower()
    return title != "" and not (_YEAR.match(name) or name in _BINS | _ARCHIVES | _FAILED)


def is_bin(folder: str) -> bool:
    """Whether a folder holds what was thrown away."""
    return unicodedata.normalize("NFC", folder).lower() in _BINS


def _is_place(said: dict[str, Any]) -> bool:
    lat, long = said.get("latitude"), said.get("longitude")
    return (
        isinstance(lat, int | float)
        and isinstance(long, int | float)
        and (lat != 0 or long != 0)
        and abs(lat) <= 90
        and abs(long) <= 180
    )
