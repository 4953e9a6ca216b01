"""A folder that offers apps, as a hoster has one: what tests and pictures of the store show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_ICON = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="{ground}"/>
<path d="{path}" fill="{ink}"/></svg>"""
_PAN = "M12 26h34v14a10 10 0 0 1-10 10H22a10 10 0 0 1-10-10zm34 3h6a6 6 0 0 1 0 12h-6v-5h5a2 2 0 0 0 0-4h-5z"
_BOLT = "M36 8 16 36h14l-4 20 22-30H34z"
_SHOT = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 200"><rect width="320" height="200" fill="#fdf1d0"/>
<rect x="24" y="24" width="272" height="28" rx="8" fill="#f8c143"/><rect x="24" y="68" width="200" height="16" rx="4" fill="#804d0c"/>
<rect x="24" y="96" width="240" height="16" rx="4" fill="#804d0c"/><rect x="24" y="124" width="160" height="16" rx="4" fill="#804d0c"/></svg>"""
_PAGE = """<!DOCTYPE html><html lang="{{.Locale}}"><head><title>{{.AppName}}</title></head>
<body><h1>{{.AppName}}</h1><p id="token" data-cozy="{{.CozyData}}">Here.</p></body></html>"""

RECIPES: dict[str, Any] = {
    "name": "Recipes", "slug": "recipes", "type": "webapp", "version": "1.0.0", "editor": "The Cooks", "icon": "icon.svg",
    "short_description": "Keep your recipes, and make menus of them",
    "long_description": "Write a recipe down once, with a photo of it.\nMake the menus of the week, and the shopping list with them.",
    "screenshots": ["screenshots/week.svg"],
    "locales": {
        "fr": {
            "name": "Recettes", "short_description": "Garder vos recettes, et en faire des menus",
            "long_description": "Notez une recette une fois, avec sa photo.\nFaites les menus de la semaine, et la liste des courses avec.",
            "permissions": {"files": {"description": "Pour ranger les photos des recettes"}},
        }
    },
    "permissions": {
        "files": {"type": "io.cozy.files", "description": "To keep photos of the recipes"},
        "contacts": {"type": "io.cozy.contacts", "verbs": ["GET"], "description": "To invite people"},
        "mail": {"type": "io.cozy.jobs", "verbs": ["POST"], "values": ["sendmail"], "selector": "worker"},
        "own": {"type": "com.example.recipes"},
    },
}  # fmt: skip
POWER: dict[str, Any] = {
    "name": "Power", "slug": "power", "type": "konnector", "version": "2.1.0", "editor": "Cozy", "icon": "icon.svg", "language": "node",
    "short_description": "Fetches your electricity bills",
    "permissions": {
        "bills": {"type": "io.cozy.bills"}, "files": {"type": "io.cozy.files"},
        "accounts": {"type": "io.cozy.accounts", "verbs": ["GET"]},
    },
}  # fmt: skip
DICE: dict[str, Any] = {"name": "Dice", "slug": "dice", "type": "webapp", "version": "0.1.0", "short_description": "Throws dice", "permissions": {}}  # fmt: skip


def offer(
    folder: Path, manifest: dict[str, Any], ground: str = "#005f68", ink: str = "#f8c143", path: str = _PAN
) -> None:
    """Offer an app, or another version of it."""
    app = folder / manifest["slug"]
    (app / "screenshots").mkdir(parents=True, exist_ok=True)
    kind = "konnector" if manifest["type"] == "konnector" else "webapp"
    (app / f"manifest.{kind}").write_text(json.dumps(manifest))
    (app / "icon.svg").write_text(_ICON.format(ground=ground, ink=ink, path=path))
    (app / "screenshots/week.svg").write_text(_SHOT)
    (app / "index.html").write_text(_PAGE)


def offer_all(folder: Path) -> Path:
    """Recipes, Power, and Dice, which sees nothing."""
    offer(folder, RECIPES)
    offer(folder, POWER, "#f8c143", "#132529", _BOLT)
    offer(folder, DICE, "#ac2724", "#ffffff", "M16 16h32v32H16z")
    return folder
