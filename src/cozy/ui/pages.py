"""Templates into pages."""

import json
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from cozy.ui import assets, doctypes, formats, leave
from cozy.ui.shell import Shell
from cozy.ui.words import N_, Words, words

HERE = Path(__file__).parent
ROOMS = HERE.parent / "rooms"

PROBLEMS = {
    400: (
        N_("This was not asked as it should be"),
        N_("Nothing was changed. Go back to where you came from, and try again."),
    ),
    402: (
        N_("This home takes nothing new for now"),
        N_(
            "Nothing was lost. Everything in it can be read, taken along and moved; ask the person who hosts it."
        ),
    ),
    403: (N_("This is not yours to open"), N_("Ask the person who owns it, or go back to your home.")),
    404: (
        N_("There is nothing at this address"),
        N_("It may have been moved, renamed or put in the bin. Nothing was lost by coming here."),
    ),
    405: (N_("That cannot be done here"), N_("Go back and try another way.")),
    409: (
        N_("Something changed in the meantime"),
        N_("What you did was not saved, and nothing was lost. Look at the page again, then try once more."),
    ),
    413: (
        N_("This is too large"),
        N_("Nothing was saved. Try with something smaller, or make some room first."),
    ),
    422: (N_("Something is missing"), N_("Go back, look at the form again and send it once more.")),
    429: (N_("Too many tries"), N_("Wait a few minutes, then try again.")),
    500: (
        N_("Something broke on our side"),
        N_("What you had before is safe. Try again; if it goes on, tell the person who hosts your home."),
    ),
    503: (N_("Your home is resting"), N_("It will be back in a moment. Try again shortly.")),
    507: (
        N_("Your home is full"),
        N_("Nothing was lost, but nothing more fits. Empty the bin or ask for more space."),
    ),
}


def render(template: str, *, shell: Shell, **context: object) -> str:
    """A page: "ui/x.html" lives in this floor's templates, "<room>/x.html" in that room's."""
    templates = environment(shell.locale)
    components = templates.get_template("ui/components.html").module
    return templates.get_template(template).render(c=components, shell=shell, **context)


def render_problem(status: int, *, shell: Shell, detail: str = "") -> str:
    """A page that says in plain words what happened, what is safe and what to do.

    status: an HTTP status. detail: a sentence already in the reader's language, shown below the title.
    """
    title, advice = PROBLEMS.get(status, PROBLEMS[500 if status >= 500 else 404])
    return render("ui/problem.html", shell=shell, status=status, title=title, advice=advice, detail=detail)


def render_stranded(status: int, *, shell: Shell, home: str, detail: str = "") -> str:
    """The same for the origin of an app, where nothing of ours is at hand: a page that needs no other file.

    home: the origin of the home that it leads to.
    """
    title, advice = PROBLEMS.get(status, PROBLEMS[500 if status >= 500 else 404])
    return render("ui/stranded.html", shell=shell, title=title, advice=advice, detail=detail, home=home)


@cache
def environment(locale: str) -> Environment:
    """Where the templates of a language are made into pages."""
    made = Environment(
        loader=FunctionLoader(_source),
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    said = words(locale)
    words_and_assets: dict[str, Any] = {
        "_": said.gettext,
        "gettext": said.gettext,
        "ngettext": said.ngettext,
        "asset": assets.url,
        "icon": _icon,
        "assets_version": assets.version,
        "first_scripts": assets.first_scripts,
        "js_words": partial(_js_words, said),
        "called": partial(doctypes.called, said),
    }
    made.globals.update(words_and_assets)
    filters: dict[str, Any] = {
        "attrs": _attributes,
        "size": partial(formats.size, locale=locale),
        "price": partial(formats.price, locale=locale),
        "number": partial(formats.number, locale=locale),
        "when": partial(formats.when, locale=locale),
        "date": partial(formats.date, locale=locale),
        "day": partial(formats.day, locale=locale),
        "month": partial(formats.month, locale=locale),
        "kept_day": partial(formats.kept_day, locale=locale),
        "kept_month": partial(formats.kept_month, locale=locale),
        "month_alone": partial(formats.month_alone, locale=locale),
        "day_title": partial(formats.day_title, locale=locale),
        "day_name": partial(formats.day_name, locale=locale),
        "hour": partial(formats.hour, locale=locale),
        "moment": partial(formats.moment, locale=locale),
        "listed": partial(leave.listed, said),
        "called_yours": lambda doctype: doctypes.called(said, doctype).yours,
        "leave_sentence": partial(leave.sentence, said),
        "leave_limit": partial(leave.limit, said),
        "leave_summary": partial(leave.summary, said),
        "leave_ordered": partial(leave.ordered, said),
    }
    made.filters.update(filters)
    return made


def _source(name: str) -> tuple[str, str, Callable[[], bool]] | None:
    floor, _, rest = name.partition("/")
    folder = HERE if floor == "ui" else ROOMS / floor
    path = folder / "templates" / rest
    if ".." in Path(name).parts or not path.is_file():
        return None
    changed = path.stat().st_mtime_ns
    return path.read_text(), str(path), lambda: path.is_file() and path.stat().st_mtime_ns == changed


def _icon(name: str) -> Markup:
    """An icon of the sprite; always beside a word, or in something that has an aria-label."""
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        assets.url("icons.svg"), name
    )


def _attributes(values: Mapping[str, object]) -> Markup:
    """HTML attributes of keyword arguments: data_x="1" gives data-x="1", True a bare name; None and False nothing."""
    pairs = [(key.rstrip("_").replace("_", "-"), value) for key, value in values.items()]
    return Markup("").join(
        Markup(" {}").format(name) if value is True else Markup(' {}="{}"').format(name, value)
        for name, value in pairs
        if value is not None and value is not False
    )


def _js_words(said: Words) -> str:
    """What scripts say, in this language, as JSON: {msgid: translation or [one, many]}."""
    return json.dumps(
        {ids[0]: forms for ids in assets.js_words() if (forms := said.catalogue.get(ids[0]))},
        ensure_ascii=False,
    )
