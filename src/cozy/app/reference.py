"""The reference pages in docs/reference/, written from the code itself: settings, routes, errors, events.

`python -m cozy.app.reference` writes them; a test fails when they are behind.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar, get_type_hints

import cozy
from cozy.app.errors import STATUS
from cozy.app.wiring import ADMIN_DOORS, DOORS, LOBBY_DOORS, REACTIONS
from cozy.kernel.problem import Problem
from cozy.kernel.routes import KNOWN, OPEN, Need, Route
from cozy.kernel.settings import Settings
from cozy.kernel.work import Event

T = TypeVar("T")
NOTE = "<!-- Written by `python -m cozy.app.reference` from the code: change it there. -->\n"


def settings() -> str:
    """Every setting, with its default and its sentence."""
    lines = [
        "# Settings", "", NOTE,
        "Set them in `cozy.toml`, by `COZY_<NAME>` in the environment, or as an option of `cozy serve`.", "",
        "| name | default | what it does |", "| --- | --- | --- |",
    ]  # fmt: skip
    hints = get_type_hints(Settings, include_extras=True)
    for name in Settings.__struct_fields__:
        sentence = next(meta.description for meta in hints[name].__metadata__ if meta.description)
        default = getattr(Settings(), name)
        lines.append(f"| `{name}` | `{default!r}` | {sentence} |")
    return "\n".join([*lines, ""])


def routes() -> str:
    """Every way in, with what it asks of its caller."""
    lines = ["# Routes", "", NOTE]
    tables = {
        "On the origin of the home": [route for door in DOORS if door.site == "home" for route in door.table],
        "On the origin of each app": [route for door in DOORS if door.site == "app" for route in door.table],
        "Where people get a home": [route for door in LOBBY_DOORS for route in door.table],
        "Where the administration answers": [route for door in ADMIN_DOORS for route in door.table],
    }
    for of, table in tables.items():
        lines += [f"## {of}", "", "| method | path | who | what |", "| --- | --- | --- | --- |"]
        lines += [
            f"| {r.method} | `{r.path}` | {_who(r.need)} | {_first_line(r)} |"
            for r in sorted(table, key=lambda r: (r.path, r.method))
        ]
        lines.append("")
    return "\n".join(lines)


def _who(need: Need) -> str:
    if need == OPEN:
        return "anybody"
    if need.hoster:
        return "a token of the administration"
    if need.own_proof:
        return "who proves it in the request"
    if need == KNOWN:
        return "the owner, or any token"
    return "the owner" if need.owner else f"{need.verb} on `{need.doctype}`"


def _first_line(route: Route) -> str:
    text = inspect.getdoc(route.handler) or ""
    if not text:
        raise LookupError(f"{route.method} {route.path} has no docstring")
    return " ".join(text.split("\n\n", 1)[0].split()).replace("|", "\\|")


def errors() -> str:
    """Every expected error, with its code, its status and its sentence."""
    lines = ["# Errors", "", NOTE, "| code | status | sentence |", "| --- | --- | --- |"]
    lines += [
        f"| `{problem.code()}` | {STATUS.get(problem.kind, 500)} | {problem.title()} |"
        for problem in sorted(_below(Problem), key=lambda p: p.code())
    ]
    return "\n".join([*lines, ""])


def events() -> str:
    """Every event, and what reacts to it."""
    lines = ["# Events", "", NOTE, "| event | what it says | who reacts |", "| --- | --- | --- |"]
    for event in sorted(_below(Event), key=lambda e: (e.__module__, e.__name__)):
        sentence = " ".join((inspect.getdoc(event) or "").split("\n\n", 1)[0].split())
        who = ", ".join(f"`{getattr(job, 'name', job)}`" for job in REACTIONS.get(event, ())) or "nobody yet"
        lines.append(f"| `{event.__module__.split('.')[2]}.{event.__name__}` | {sentence} | {who} |")
    return "\n".join([*lines, ""])


def _below(base: type[T]) -> Iterator[type[T]]:
    """Every class below another one, in all our modules."""
    for module in pkgutil.walk_packages(cozy.__path__, "cozy."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    waiting = list(base.__subclasses__())
    while waiting:
        found = waiting.pop()
        waiting += found.__subclasses__()
        if found.__module__.startswith("cozy."):
            yield found


PAGES = {"settings": settings, "routes": routes, "errors": errors, "events": events}


def main() -> None:
    """Write the pages into the folder given, docs/reference by default."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/reference")
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / f"{name}.md").write_text(page())


if __name__ == "__main__":
    main()
