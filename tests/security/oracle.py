"""What grants mean, told a second time: by the rules that people are told, and by nothing of the program.

A grant names a doctype, verbs, and perhaps documents, by id or by what a member holds; what is in a folder is covered
with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cozy.rooms.permissions.model import Rule

FILES = "io.cozy.files"
ROOT, TRASH = "io.cozy.files.root-dir", "io.cozy.files.trash-dir"
ALL = None


@dataclass(frozen=True)
class World:
    """Every document of the home, by doctype and id."""

    docs: dict[str, dict[str, dict[str, Any]]]

    def around(self, id_: str) -> list[str]:
        """The folders that a file is in."""
        found: list[str] = []
        while (id_ := self.docs[FILES].get(id_, {}).get("dir_id", "")) and id_ not in found:
            found.append(id_)
        return found

    def said(self, doctype: str, id_: str, selector: str) -> set[str]:
        """What a selector finds in a document, and in the folders around it."""
        if id_ == ROOT:
            return set()
        found = texts(self.docs[doctype].get(id_, {}), selector)
        for folder in self.around(id_) if doctype == FILES else ():
            if folder != ROOT:
                found |= texts(self.docs[FILES][folder], selector)
        return found


def texts(body: Any, selector: str) -> set[str]:
    """The texts in a member: of a list, of each item; of a reference, its id and its full name."""
    for name in selector.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    found = set()
    for item in body if isinstance(body, list) else [body]:
        if isinstance(item, str):
            found.add(item)
        elif isinstance(item, dict):
            found |= {item["id"], f"{item['type']}/{item['id']}"}
    return found


def allows(rule: Rule, verb: str, doctype: str) -> bool:
    """Whether a rule is about this doctype and verb at all."""
    is_about = rule.doctype in {"*", doctype} or (
        rule.doctype.endswith(".*") and (doctype + ".").startswith(rule.doctype[:-1])
    )
    return is_about and (not rule.verbs or verb in rule.verbs)


def allows_all(rules: Iterable[Rule], verb: str, doctype: str) -> bool:
    """Whether these rules open every document of a doctype."""
    return any(allows(rule, verb, doctype) and not rule.values for rule in rules)


def may(rules: list[Rule], world: World, verb: str, doctype: str, id_: str | None = ALL, body: Any = None) -> bool:  # fmt: skip
    """Whether these rules open a document. body: of one that is not there yet, or as it would become."""
    for rule in rules:
        if not allows(rule, verb, doctype):
            continue
        if not rule.values:
            return True
        if id_ is ALL:
            continue
        wanted = set(rule.values)
        if not rule.selector and wanted & {id_, *(world.around(id_) if doctype == FILES else ())}:
            return True
        if rule.selector:
            said = texts(body, rule.selector) if body is not None else world.said(doctype, id_, rule.selector)
            if wanted & said:
                return True
    return False
