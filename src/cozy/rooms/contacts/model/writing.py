"""Cards written: the members of a document put into its card, where whatever nobody changed stays as it came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cozy.dav import lines
from cozy.dav.lines import Component, Line

from . import cards, dates, labels, names, versions
from .cards import ADDRESS_PARTS, LISTS, NAME_PARTS, Listed

PRODUCT = "-//Cozy//Contacts//EN"
_EXTENDED = ("building", "stairs", "floor", "apartment", "entrycode", "locality")
_ANNIVERSARY = "_$!<Anniversary>!$_"
_GENDERS = {"male": "M", "female": "F"}
Part = Line | Component
_Pair = tuple[Line | None, Mapping[str, Any] | None, Mapping[str, Any]]


def fresh(
    uid: str, body: Mapping[str, Any], categories: Iterable[str] = (), rev: str = "", version: str = "3.0"
) -> Component:
    """A new card of a person."""
    empty = _empty(uid, version)
    return merged(empty, body, categories, rev)


def _empty(uid: str, version: str) -> Component:
    said = {"VERSION": version, "PRODID": PRODUCT, "UID": lines.escape(uid)}
    return Component("VCARD", tuple(lines.make(name, value) for name, value in said.items()))


def merged(
    card: Component, body: Mapping[str, Any], categories: Iterable[str] | None = None, rev: str = ""
) -> Component:
    """A card that says what a document says. categories: names of groups, None: as they are; rev: for REV, if it changes."""
    old = cards.read(card).members
    sheet = _Sheet(card)
    _put_names(sheet, old, body)
    _put_singles(sheet, old, body)
    for listed in LISTS:
        _put_list(sheet, listed, body)
    if categories is not None:
        _put_categories(sheet, card, list(categories))
    return sheet.done(rev)


def merged_group(card: Component, name: str, people: Iterable[str], rev: str = "") -> Component:
    """A card of a group that has this name and these UIDs in it."""
    sheet = _Sheet(card)
    sheet.text("FN", names.text(cards.read(card).members, "name") if sheet.has("FN") else "", name)
    if not sheet.has("N"):
        sheet.put("N", lines.escape(name))
    wanted, there = list(dict.fromkeys(people)), cards.people(card)
    member = "MEMBER" if sheet.is_4 else "X-ADDRESSBOOKSERVER-MEMBER"
    gone = set(there) - set(wanted)
    sheet.drop(
        part for part in card.lines() if part.name in cards.MEMBER_LINES and cards.uid_of(part.value) in gone
    )
    known = set(there)
    for uid in wanted:
        if uid not in known:
            sheet.add(lines.make(member, f"urn:uuid:{uid}"))
    return sheet.done(rev)


class _Sheet:
    """A card while it is written: its parts, in their order."""

    def __init__(self, card: Component) -> None:
        self.card = card
        self.parts: list[Part] = list(card.parts)
        self.is_4 = card.value("VERSION").strip() == "4.0"

    def has(self, name: str) -> bool:
        """Whether there is such a line."""
        return any(type(part) is Line and part.name == name for part in self.parts)

    def line(self, name: str) -> Line | None:
        """The first line of that name."""
        return next((part for part in self.parts if type(part) is Line and part.name == name), None)

    def put(self, name: str, value: str) -> None:
        """Make this the value of the first line of that name, "" for none; its parameters stay."""
        was = self.line(name)
        if was is None:
            if value:
                self.add(lines.make(name, value))
        elif value:
            self.swap(was, Line(name, value, was.parameters, was.group))
        else:
            self.drop([was])

    def text(self, name: str, old: str, new: str) -> None:
        """Make this the text of the first line of that name, where it says another."""
        if old != new:
            self.put(name, lines.escape(new))

    def add(self, line: Line, after: Line | None = None) -> None:
        """A new line: after another, else after the last one of its name, else at the end."""
        at = next(
            (
                place
                for place in range(len(self.parts) - 1, -1, -1)
                if _is_line(part := self.parts[place], line.name) or (after is not None and part is after)
            ),
            len(self.parts) - 1,
        )
        if after is not None:
            at = next((place for place, part in enumerate(self.parts) if part is after), at)
        self.parts.insert(at + 1, line)

    def swap(self, old: Line, new: Line) -> None:
        """Another line in the place of one."""
        self.parts = [new if part is old else part for part in self.parts]

    def drop(self, gone: Iterable[Line]) -> None:
        """Without these lines, nor what Apple says of them alone."""
        found = list(gone)
        groups = {line.group.lower() for line in found if line.group}
        known = {id(line) for line in found}
        self.parts = [part for part in self.parts if id(part) not in known]
        held = {
            part.group.lower()
            for part in self.parts
            if type(part) is Line and not part.name.startswith("X-AB")
        }
        self.parts = [
            part
            for part in self.parts
            if type(part) is not Line or part.group.lower() not in groups - held or not part.group
        ]

    def label(self, line: Line, custom: str) -> Line:
        """Make this the X-ABLabel of a line, "" for none; the line, which may have got a group for it."""
        said = [part for part in self.parts if type(part) is Line and part.name == "X-ABLABEL"]
        same = (part for part in said if line.group and part.group.lower() == line.group.lower())
        there = next(same, None)
        if there is not None:
            if custom:
                self.swap(there, _ab_label(there.group, custom))
            else:
                self.parts = [part for part in self.parts if part is not there]
            return line
        if not custom:
            return line
        grouped = Line(line.name, line.value, line.parameters, line.group or self._free_group())
        self.swap(line, grouped)
        self.add(_ab_label(grouped.group, custom), after=grouped)
        return grouped

    def _free_group(self) -> str:
        taken = {part.group.lower() for part in self.parts if type(part) is Line}
        return next(name for number in range(1, len(taken) + 2) if (name := f"item{number}") not in taken)

    def done(self, rev: str) -> Component:
        """The card; REV says when, if anything is another than it was."""
        if rev and tuple(self.parts) != self.card.parts:
            self.put("REV", rev)
        return Component(self.card.name, tuple(self.parts), self.card.begin, self.card.end)


def _is_line(part: Part, name: str) -> bool:
    return type(part) is Line and part.name == name


def _ab_label(group: str, custom: str) -> Line:
    value = lines.escape(custom)
    return Line("X-ABLABEL", value, "", group, 0, lines.fold(f"{group}.X-ABLabel:{value}"))


def _put_names(sheet: _Sheet, old: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    was, is_ = _name_of(old), _name_of(body)
    said = names.text(body, "fullname")
    if was != is_ and said == names.text(old, "fullname"):
        said = names.of_parts(body)
    full = said or names.of_parts(body) or names.display(body)
    sheet.text("FN", names.text(old, "fullname") if sheet.has("FN") else "", full)
    if not sheet.has("FN"):
        sheet.add(lines.make("FN", ""))  # one there must be (RFC 6350 §6.2.1)
    if was != is_ or not (sheet.has("N") or sheet.is_4):
        line = sheet.line("N")
        sheet.put("N", _joined(was, is_, lines.fields(line.value) if line else []) or ";;;;")


def _name_of(body: Mapping[str, Any]) -> list[str]:
    name = body.get("name")
    return [names.text(name, part) if isinstance(name, Mapping) else "" for part in NAME_PARTS]


def _joined(was: Sequence[str], is_: Sequence[str], raw: Sequence[str]) -> str:
    """Parts of a value, joined: those that are what they were stay as they were written."""
    kept = list(raw) + [""] * (len(is_) - len(raw))
    for at, (old, new) in enumerate(zip(was, is_, strict=True)):
        if old != new:
            kept[at] = lines.escape(new)
    return ";".join(kept)


def _put_singles(sheet: _Sheet, old: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    nickname = names.text(body, "nickname")
    if nickname != names.text(old, "nickname"):
        sheet.put("NICKNAME", ",".join(lines.escape(each.strip()) for each in nickname.split(",")))
    was, is_ = _organization(old), _organization(body)
    if was != is_:
        line = sheet.line("ORG")
        sheet.put("ORG", _without_tail(_joined(was, is_, lines.fields(line.value) if line else [])))
    sheet.text("TITLE", names.text(old, "jobTitle"), names.text(body, "jobTitle"))
    _put_day(sheet, "BDAY", names.text(old, "birthday"), names.text(body, "birthday"))
    _put_anniversary(sheet, names.text(old, "anniversary"), names.text(body, "anniversary"))
    if names.text(body, "gender") != names.text(old, "gender"):
        sheet.put("GENDER", _GENDERS.get(names.text(body, "gender"), ""))
    note = _note(body)
    if note != _note(old):
        sheet.drop(sheet.card.lines("NOTE")[1:])
        sheet.put("NOTE", lines.escape(note))


def _without_tail(value: str) -> str:
    """A value without the empty parts at its end."""
    parts = lines.fields(value)
    while parts and not parts[-1]:
        parts.pop()
    return ";".join(parts)


def _organization(body: Mapping[str, Any]) -> list[str]:
    return [names.text(body, "company"), names.text(body, "department")]


def _note(body: Mapping[str, Any]) -> str:
    return names.text(body, "note").replace("\r\n", "\n").replace("\r", "\n")


def _put_day(sheet: _Sheet, name: str, old: str, new: str) -> None:
    day = dates.day_of(new)
    if day == old or (new and not day):
        return
    was = sheet.line(name)
    if not day:
        sheet.drop([was] if was else [])
        return
    value, omitted = (versions.spelt_in_4(day), {}) if sheet.is_4 else versions.spelt_in_3(day)
    there = was.params() if was is not None else {}
    kept = {key: values for key, values in there.items() if key not in {"X-APPLE-OMIT-YEAR", "VALUE"}}
    line = lines.make(name, value, {**kept, **omitted}, was.group if was else "")
    if was is None:
        sheet.add(line)
    else:
        sheet.swap(was, line)


def _put_anniversary(sheet: _Sheet, old: str, new: str) -> None:
    """Where the card said it already; else as its version knows it, Apple's way in 3.0."""
    if dates.day_of(new) == old:
        return
    there = next((name for name in cards.ANNIVERSARIES if sheet.has(name)), "")
    if there:
        _put_day(sheet, there, old, new)
        return
    dated = cards.apple_anniversary(sheet.card)
    if dated is not None or not sheet.is_4:
        if dated is not None:
            sheet.drop([dated])
        if dates.day_of(new):
            line = lines.make("X-ABDATE", *versions.spelt_in_3(dates.day_of(new)))
            sheet.add(line)
            sheet.label(line, _ANNIVERSARY)
        return
    _put_day(sheet, "ANNIVERSARY", old, new)


def _put_list(sheet: _Sheet, listed: Listed, body: Mapping[str, Any]) -> None:
    old = cards.entries_of(listed, sheet.card.lines(listed.line), cards.custom_labels(sheet.card))
    new = [entry for entry in names.entries(body, listed.member) if any(value_of(listed, entry))]
    if len(old) > cards.MOST:
        return  # nobody's card: its lines stay as they came
    paired, gone = _paired(listed, old, new[: cards.MOST])
    sheet.drop(gone)
    for line, was, entry in paired:
        if line is None or was is None:
            _add_entry(sheet, listed, entry)
        elif value_of(listed, was) != value_of(listed, entry) or labels.of_entry(was) != labels.of_entry(
            entry
        ):
            _change_entry(sheet, listed, line, was, entry)


def _paired(
    listed: Listed, old: Sequence[tuple[Line, dict[str, Any]]], new: Sequence[Mapping[str, Any]]
) -> tuple[list[_Pair], list[Line]]:
    """Each entry with the line that said it, or the one that it is a change of; and the lines that nothing says any more."""
    free = list(old)
    found: list[tuple[Line, dict[str, Any]] | None] = []
    for entry in new:
        same = next((pair for pair in free if value_of(listed, pair[1]) == value_of(listed, entry)), None)
        found.append(same)
        if same is not None:
            free.remove(same)
    for at, pair in enumerate(found):
        if pair is None and free:
            found[at] = free.pop(0)
    nobody: tuple[None, None] = (None, None)
    paired: list[_Pair] = []
    for pair, entry in zip(found, new, strict=True):
        line, was = pair or nobody
        paired.append((line, was, entry))
    return paired, [line for line, _ in free]


def value_of(listed: Listed, entry: Mapping[str, Any]) -> list[str]:
    """What an entry says, without what it is for."""
    if listed.member != "address":
        return [names.text(entry, listed.value)]
    said = {part: names.text(entry, part) for part in ADDRESS_PARTS}
    said["postcode"] = said["postcode"] or names.text(entry, "code")
    said["street"] = " ".join(filter(None, (names.text(entry, "number"), said["street"])))
    extended = entry.get("extendedAddress")
    if isinstance(extended, Mapping):
        said["extended"] = ", ".join(filter(None, (names.text(extended, part) for part in _EXTENDED)))
    if not any(said.values()):
        said["street"] = names.text(entry, "formattedAddress")
    return list(said.values())


def _written(listed: Listed, was: Sequence[str] | None, said: Sequence[str], raw: str) -> str:
    if listed.member == "address":
        return _joined(was or [""] * len(said), said, lines.fields(raw) if was else [])
    return said[0] if listed.line in {"URL", "IMPP"} else lines.escape(said[0])


def _add_entry(sheet: _Sheet, listed: Listed, entry: Mapping[str, Any]) -> None:
    label = labels.of_entry(entry)
    params, custom = labels.rewritten(
        {}, labels.Label(), label, is_phone=listed.is_phone, is_version_4=sheet.is_4
    )
    if listed.line == "EMAIL" and not sheet.is_4:
        params["TYPE"] = ["INTERNET", *params.get("TYPE", ())]
    if listed.member == "impp" and names.text(entry, "service"):
        params["X-SERVICE-TYPE"] = [names.text(entry, "service")]
    line = lines.make(listed.line, _written(listed, None, value_of(listed, entry), ""), params)
    sheet.add(line)
    sheet.label(line, cards.COZY_LABEL if listed.member == "cozy" else custom)


def _change_entry(
    sheet: _Sheet, listed: Listed, line: Line, was: Mapping[str, Any], entry: Mapping[str, Any]
) -> None:
    old, new = labels.of_entry(was), labels.of_entry(entry)
    before, after = value_of(listed, was), value_of(listed, entry)
    parameters, value, custom = line.parameters, line.value, None
    if old != new:
        params, custom = labels.rewritten(
            line.params(), old, new, is_phone=listed.is_phone, is_version_4=sheet.is_4
        )
        parameters = lines.make("X", "", params).parameters
    if before != after:
        stale = {"VALUE", "LABEL"}
        kept = {key: said for key, said in Line("X", "", parameters).params().items() if key not in stale}
        parameters = lines.make("X", "", kept).parameters
        value = _written(listed, before, after, line.value)
    changed = Line(line.name, value, parameters, line.group)
    sheet.swap(line, changed)
    if custom is not None and listed.member != "cozy":
        sheet.label(changed, custom)


def _put_categories(sheet: _Sheet, card: Component, wanted: list[str]) -> None:
    there = cards.categories(card)
    if len(there) > cards.MOST_CATEGORIES or set(there) == set(wanted):
        return
    system = [
        text
        for line in card.lines("CATEGORIES")
        for text in lines.texts(line.value)
        if text.strip().lower() in cards.NOT_GROUPS
    ]
    kept = [name for name in there if name in wanted]
    said = [*system, *kept, *(name for name in wanted if name not in there)]
    sheet.drop(card.lines("CATEGORIES")[1:])
    sheet.put("CATEGORIES", ",".join(map(lines.escape, said)))
