"""Are all words translated? `python -m cozy.ui.translations` lists what is not; `--write` adds empty rows for it.

Words come from templates and Python (`_ gettext ngettext N_ NN_`), from scripts (`t tn`), and from Problems, whose docstring, or the
sentence that they are raised with, is what people read.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as CatalogMessage
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from cozy.ui.words import FOLDER, LOCALES

SOURCES = Path(__file__).parents[1]
SCRIPTS = SOURCES.parents[1] / "frontend"
Message = str | tuple[str, ...]
Keywords = dict[str, tuple[int, ...] | None]
PYTHON: Keywords = {"_": None, "gettext": None, "N_": None, "ngettext": (1, 2), "NN_": (1, 2)}
SCRIPT: Keywords = {"t": None, "tn": (1, 2)}

# A module of Python without one of these says no words.
_SAID = re.compile(rb"\b(?:_|gettext|N_|ngettext|NN_)\s*\(")

# French keeps a space before these marks and inside its quotes, and no line may end there (U+00A0 for all of them).
_TORN = re.compile(r" (?=[:;?!»](?![\w/]))|(?<=«) ")

HEADER = r"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Language: {locale}\n"
"Plural-Forms: {plural}\n"

"""


def used() -> dict[Message, str]:
    """Every msgid that the sources name, with the first place that does."""
    found: dict[Message, str] = {}
    for message, place in _everywhere():
        found.setdefault(message, place)
    return found


def complaints(locale: str) -> list[str]:
    """What is wrong with a language, a line each; nothing when it is complete."""
    known = {_id(message): message for message in _catalogue(locale) if message.id}
    wanted = used()
    lines = [
        f"{place}: no {locale} for {message!r}" for message, place in wanted.items() if message not in known
    ]
    lines += [f"{locale}.po: nothing uses {message!r}" for message in known if message not in wanted]
    for message_id, message in known.items():
        if message.fuzzy:
            lines.append(f"{locale}.po: not sure of {message_id!r}")
        elif not all(_forms(message)):
            lines.append(f"{locale}.po: empty {message_id!r}")
        elif _forms(message) != tuple(joined(form, locale) for form in _forms(message)):
            lines.append(
                f"{locale}.po: a space where a line may not end (--write mends it) in {message_id!r}"
            )
        lines += [f"{locale}.po: {error} in {message_id!r}" for error in message.check()]
    return lines


def write(locale: str) -> None:
    """Add an empty row for what is missing, drop what nothing uses, join what a line may not part, sort the rest."""
    old = _catalogue(locale)
    new = Catalog(locale=locale, fuzzy=False)
    known = {_id(message): message for message in old if message.id}
    for message_id in used():
        found = known.get(message_id)
        forms = tuple(joined(form, locale) for form in _forms(found)) if found else ()
        new.add(message_id, forms if len(forms) > 1 else "".join(forms), flags=found.flags if found else ())
    with _path(locale).open("wb") as file:
        file.write(HEADER.format(locale=locale, plural=new.plural_forms).encode())
        write_po(file, new, width=110, sort_output=True, omit_header=True)


def joined(text: str, locale: str) -> str:
    """A text whose marks stay with their words at the end of a line."""
    return _TORN.sub("\u00a0", text) if locale == "fr" else text


def _everywhere() -> Iterator[tuple[Message, str]]:
    for path in sorted(SOURCES.rglob("templates/*.*")):
        yield from _extracted("jinja2.ext:babel_extract", path, PYTHON)
    python = sorted(SOURCES.rglob("*.py"))
    for path in python:
        if _SAID.search(path.read_bytes()):
            yield from _extracted("python", path, PYTHON)
    yield from _problems(python)
    for path in sorted(SCRIPTS.glob("*.js")):
        yield from _extracted("javascript", path, SCRIPT)


def _extracted(
    method: str, path: Path, keywords: dict[str, tuple[int, ...] | None]
) -> Iterator[tuple[Message, str]]:
    with path.open("rb") as file:
        for line, message, *_ in extract(method, file, keywords=keywords, options={"trim_blocks": "true"}):
            yield (message if isinstance(message, str) else tuple(message)), f"{_short(path)}:{line}"


def _problems(paths: list[Path]) -> Iterator[tuple[Message, str]]:
    found = {path: _classes_and_calls(path) for path in paths}
    names = _problem_names([node for nodes in found.values() for node in nodes])
    for path, nodes in found.items():
        for node in nodes:
            if sentence := _sentence(node, names):
                yield sentence, f"{_short(path)}:{node.lineno}"


def _classes_and_calls(path: Path) -> list[ast.ClassDef | ast.Call]:
    nodes = ast.walk(ast.parse(path.read_bytes()))
    return [node for node in nodes if isinstance(node, ast.ClassDef | ast.Call)]


def _problem_names(nodes: list[ast.ClassDef | ast.Call]) -> set[str]:
    classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
    names = {"Problem"}
    while True:
        more = {c.name for c in classes if any(isinstance(b, ast.Name) and b.id in names for b in c.bases)}
        if more <= names:
            return names
        names |= more


def _sentence(node: ast.ClassDef | ast.Call, names: set[str]) -> str:
    match node:
        case ast.ClassDef(name=name) if name in names and name != "Problem":
            return " ".join((ast.get_docstring(node) or "").split("\n\n", 1)[0].split())
        case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(text)), *_]) if name in names:
            return text
    return ""


def _catalogue(locale: str) -> Catalog:
    with _path(locale).open("rb") as file:
        return read_po(file, locale=locale)


def _path(locale: str) -> Path:
    return FOLDER / f"{locale}.po"


def _id(message: CatalogMessage) -> Message:
    return message.id if isinstance(message.id, str) else tuple(str(part) for part in message.id)


def _forms(message: CatalogMessage) -> tuple[str, ...]:
    found = message.string
    return (found,) if isinstance(found, str) else tuple(str(form or "") for form in found or ("",))


def _short(path: Path) -> str:
    return path.relative_to(SOURCES.parents[1]).as_posix()


def main() -> int:
    """Print what is wrong with each language; 1 when anything is."""
    lines: list[str] = []
    for locale in LOCALES:
        if locale != "en":
            if "--write" in sys.argv[1:]:
                write(locale)
            lines += complaints(locale)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main())
