"""Words in the reader's language: English msgids in the code, one .po file a language, read at start."""

import gettext as standard
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po
from msgspec import Struct

FOLDER = Path(__file__).parent / "locales"
LOCALES = ("en", "fr")


class Words(Struct, frozen=True):
    """One language. Values go into a sentence by name: gettext("Hello %(name)s", name="Ana")."""

    locale: str
    catalogue: Mapping[str, tuple[str, ...]]
    plural: Callable[[int], int]

    def gettext(self, message: str, /, **values: object) -> str:
        """The sentence in this language; the msgid itself when it has no translation."""
        found = self.catalogue.get(message, (message,))[0]
        return found % values if values else found

    def ngettext(self, one: str, many: str, num: int, /, **values: object) -> str:
        """The sentence for that many; %(num)s is the number."""
        forms = self.catalogue.get(one, (one, many))
        return forms[min(self.plural(num), len(forms) - 1)] % {"num": num, **values}


def N_(message: str) -> str:  # noqa: N802 (the name that gettext tools look for)
    """Mark a sentence that is translated later, where it is shown."""
    return message


def NN_(one: str, many: str) -> tuple[str, str]:  # noqa: N802
    """Mark a sentence and its plural that are translated later, by `ngettext(*both, number)`."""
    return one, many


@cache
def words(locale: str) -> Words:
    """The words of a language; English when the language has none here."""
    if locale not in LOCALES or locale == "en":
        return Words("en", {}, lambda n: int(n != 1))
    with (FOLDER / f"{locale}.po").open("rb") as file:
        po = read_po(file, locale=locale)
    catalogue = {
        message.id if isinstance(message.id, str) else message.id[0]: (
            (message.string,) if isinstance(message.string, str) else tuple(message.string)
        )
        for message in po
        if message.id and message.string and not message.fuzzy
    }
    return Words(locale, catalogue, standard.c2py(po.plural_expr))


def negotiate(accept_language: str | None) -> str:
    """The language that a browser asks for first among ours (RFC 9110 §12.5.4); English otherwise."""
    wishes = []
    for place, part in enumerate((accept_language or "").split(",")):
        tag, _, parameters = part.strip().partition(";")
        weight = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", parameters)
        wishes.append((-float(weight[1]) if weight else -1.0, place, tag.lower().split("-")[0]))
    for weight, _, language in sorted(wishes):
        if language in LOCALES and weight:
            return language
    return LOCALES[0]
