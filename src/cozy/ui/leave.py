"""Leave to use documents, in plain words: what an app, a device or a link may do, as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from babel.lists import format_list
from msgspec import Struct

from cozy.ui import doctypes
from cozy.ui.words import N_, Words

SHOWN = 5  # things named in a summary; more of them are counted
LISTS = {"en": "en_GB"}  # one, two and three
NAMES = 2  # single documents named for one thing
OTHERS = 2  # named as those who see something; of more, the number is said


class Seen(Struct, frozen=True):
    """By whom something is seen, as `c.who_sees` says it. text: "" for the owner alone."""

    text: str = ""
    icon: str = "lock"


class Value(Protocol):
    """One document, or one value, that leave is limited to."""

    @property
    def value(self) -> str:
        """Its id, or the value."""
        ...

    @property
    def name(self) -> str:
        """What it is called; "" when nothing is known."""
        ...


class Line(Protocol):
    """One thing that is allowed, as `permissions.service.lines` tells it."""

    @property
    def title(self) -> str:
        """Which rule it is, of those given together."""
        ...

    @property
    def doctype(self) -> str:
        """The kind of documents."""
        ...

    @property
    def does(self) -> Sequence[str]:
        """Of see, add, change, delete."""
        ...

    @property
    def only(self) -> Sequence[Value]:
        """The single documents, or values; none for every document."""
        ...

    @property
    def selector(self) -> str:
        """The field that has those values; "" where they are documents."""
        ...

    @property
    def why(self) -> str:
        """What for, in the words of who asks."""
        ...


def sentence(words: Words, line: Line) -> str:
    """See, add and change your contacts."""
    verbs = listed(words, doctypes.verbs(words, line.does))
    return f"{verbs[:1].upper()}{verbs[1:]} {doctypes.called(words, line.doctype).yours}"


def limit(words: Words, line: Line) -> str:
    """Only “Recipes” and “Menus”; "" for every document of the kind."""
    if not line.only:
        return ""
    if line.selector == "referenced_by":
        return _belonging(words, line)
    names = listed(words, [_quoted(words, line.doctype, value) for value in line.only])
    if line.selector and not any(_is_known(line.doctype, value) for value in line.only):
        return words.gettext("Only where “%(field)s” is %(names)s", field=line.selector, names=names)
    return words.gettext("Only %(names)s", names=names)


def _belonging(words: Words, line: Line) -> str:
    """Only what belongs to your albums. The values are other documents, `io.cozy.photos.albums/…`; a connector is one that asks."""
    kinds = dict.fromkeys(value.value.partition("/")[0] for value in line.only)
    if list(kinds) == ["io.cozy.konnectors"]:
        return words.gettext("Only what is in the folders that it fills")
    things = [doctypes.called(words, kind).yours for kind in kinds]
    return words.gettext("Only what belongs to %(what)s", what=listed(words, things))


def summary(words: Words, lines: Iterable[Line]) -> str:
    """Can change your contacts. Can see your files, your bills and 4 more."""
    lines = ordered(words, lines)
    lines = [line for line in lines if not any(_covers(other, line) for other in lines)]
    changed = _things(words, [line for line in lines if tuple(line.does) != ("see",)])
    seen = _things(words, [line for line in lines if tuple(line.does) == ("see",)])
    sentences = []
    if changed:
        sentences.append(words.gettext("Can change %(what)s.", what=listed(words, _first(words, changed))))
    if seen := {thing: is_own for thing, is_own in seen.items() if thing not in changed}:
        sentences.append(words.gettext("Can see %(what)s.", what=listed(words, _first(words, seen))))
    return " ".join(sentences)


def _covers(above: Line, line: Line) -> bool:
    """Whether who hears of the one needs not hear of the other: groups of contacts go without saying beside contacts."""
    is_below = line.doctype.startswith(f"{above.doctype}.")
    return is_below and not above.only and set(above.does) >= set(line.does)


def ordered(words: Words, lines: Iterable[Line]) -> list[Line]:
    """What matters most to people first."""
    return sorted(lines, key=lambda line: (doctypes.called(words, line.doctype).place, bool(line.only)))


def alike(words: Words, lines: Iterable[Line]) -> dict[str, list[str]]:
    """The titles of lines that say the same, by the title of the first of them: people see and choose it once."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for line in lines:
        said = (sentence(words, line), limit(words, line), line.why)
        groups.setdefault(said, []).append(line.title)
    return {titles[0]: titles for titles in groups.values()}


def seen(words: Words, names: Sequence[str]) -> Seen:
    """You, Recipes and whoever has the link. names: of the others; "" for whoever has a link."""
    if not names:
        return Seen()
    icon = "eye" if all(names) else "link"
    called = list(dict.fromkeys(name or words.gettext(N_("whoever has the link")) for name in names))
    if len(called) > OTHERS:
        return Seen(words.ngettext("You and %(num)s other", "You and %(num)s others", len(called)), icon)
    return Seen(listed(words, [words.gettext(N_("You")), *called]), icon)


def listed(words: Words, things: Sequence[str]) -> str:
    """One, two and three."""
    return format_list(things, locale=LISTS.get(words.locale, words.locale))


def _things(words: Words, lines: Iterable[Line]) -> dict[str, bool]:
    """What these lines speak of; and whether it is something of people's own, rather than how things work."""
    return {_thing(words, line): doctypes.called(words, line.doctype).is_own for line in lines}


def _thing(words: Words, line: Line) -> str:
    is_named = (
        line.only
        and not line.selector
        and all(value.name or _is_known(line.doctype, value) for value in line.only)
    )
    if not is_named or len(line.only) > NAMES:
        return doctypes.called(words, line.doctype).yours
    return listed(words, [_quoted(words, line.doctype, value) for value in line.only])


def _first(words: Words, things: Mapping[str, bool]) -> list[str]:
    own = [thing for thing, is_own in things.items() if is_own] or list(things)
    named = own[:SHOWN]
    rest = len(things) - len(named)
    return [*named, words.ngettext("%(num)s more", "%(num)s more", rest)] if rest else named


def _quoted(words: Words, doctype: str, value: Value) -> str:
    said = doctypes.single(words, doctype, value.value, value.name)
    return said if _is_known(doctype, value) else words.gettext("“%(name)s”", name=said)


def _is_known(doctype: str, value: Value) -> bool:
    return (doctype, value.value) in doctypes.SINGLE
