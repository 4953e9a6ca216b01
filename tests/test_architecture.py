"""What the import contracts of pyproject.toml cannot say: privacy of rooms, where SQL lives, which names a room holds."""

import ast
import re
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from sys import stdlib_module_names

import grimp
import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "cozy"
ROOMS = sorted(file.parent for file in SOURCE.glob("rooms/*/__init__.py"))

WORDS = {"model", "errors", "events", "ports"}
FACE = WORDS | {"service"}
MODULES = FACE | {"tables", "store", "access", "jobs", "routes", "pages", "dav", "cli", "formats"}
OTHERS = {"README.md", "__init__.py", "__pycache__", "templates", "static"}

# Upper case, as in all our SQL; two words, so that prose and HTTP verbs do not count.
SQL = re.compile(
    r"\b(SELECT\s+[\w(*:'\"]|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s"
    r"|(CREATE|DROP|ALTER)\s+(UNIQUE\s+)?(TABLE|INDEX|TRIGGER|VIEW)\s)"
)
INDEX = re.compile(r"^(CREATE|DROP) INDEX IF (NOT )?EXISTS ")


@pytest.fixture(scope="module")
def graph():
    """Every import of the program."""
    return grimp.build_graph("cozy", include_external_packages=True, cache_dir=None)


def test_a_room_holds_only_the_names_that_every_room_may_hold():
    strangers = [
        str(entry.relative_to(ROOT))
        for room in ROOMS
        for entry in room.iterdir()
        if entry.name not in OTHERS and entry.name.removesuffix(".py") not in MODULES
    ]
    assert strangers == []


def test_every_folder_with_code_is_a_package_so_that_the_contracts_see_it():
    folders = {file.parent for file in SOURCE.rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_every_room_introduces_itself():
    assert [room.name for room in ROOMS if not (room / "README.md").exists()] == []


def test_a_room_is_entered_through_its_face_only(graph):
    trespasses = [
        f"{importer} imports {imported}"
        for importer, imported in _imports(graph)
        if (here := _room(importer))
        and (there := _room(imported))
        and here != there
        and _part(imported) not in FACE
    ]
    assert trespasses == []


def test_sql_is_written_in_stores_tables_and_backends_only():
    strays = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in sorted(SOURCE.rglob("*.py"))
        if not _may_hold_sql(file)
        for line, text in _texts(ast.parse(file.read_text()))
        if SQL.search(text)
    ]
    assert strays == []


def test_every_statement_of_a_room_names_the_home():
    """`homes`, `moves` and `hosting` also ask the host's list, which is about all of them; an index is of a table, not of rows."""
    forgetful = [
        f"{file.relative_to(ROOT)}:{line}"
        for room in ROOMS
        if room.name not in {"homes", "moves", "hosting"}
        for file in sorted(room.rglob("*.py"))
        for line, text in _texts(ast.parse(file.read_text()))
        if SQL.search(text) and not INDEX.search(text) and ":home" not in text
    ]
    assert forgetful == []


def test_every_package_that_is_imported_is_declared(graph):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    requirements = [*project["dependencies"], *(one for extra in extras for one in extra)]
    declared = {_normal(re.split(r"[\[<>=!~; ]", requirement)[0]) for requirement in requirements}
    distributions = packages_distributions()
    undeclared = {
        f"{importer} imports {imported}"
        for importer, imported in _imports(graph)
        if (package := imported.split(".")[0]) not in stdlib_module_names | {"cozy"}
        and not declared & {_normal(name) for name in distributions.get(package, [package])}
    }
    assert undeclared == set()


def _imports(graph):
    return sorted(
        (importer, imported)
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
    )


def _room(module):
    names = module.split(".")
    return names[2] if names[:2] == ["cozy", "rooms"] and len(names) > 2 else None


def _part(module):
    names = module.split(".")
    return names[3] if len(names) > 3 else "__init__"


def _may_hold_sql(file):
    parts = file.relative_to(SOURCE).with_suffix("").parts
    return (
        parts[0] == "backends"
        or "migrations" in parts
        or (parts[0] == "rooms" and parts[2:3] in {("store",), ("tables",)})
    )


def _texts(tree):
    """Texts in the code with their lines: constants, and f-strings whole; docstrings are left out."""
    skipped = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            skipped.update(id(first.value) for first in node.body[:1] if isinstance(first, ast.Expr))
        elif isinstance(node, ast.JoinedStr):
            skipped.update(id(part) for part in node.values)
            yield node.lineno, "".join(_constant(part) or "…" for part in node.values)
        elif isinstance(node, ast.Constant) and id(node) not in skipped:
            yield node.lineno, _constant(node)


def _constant(node):
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()
