"""What the columns of a bank's table hold: as the format guessed, until the owner says better."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import FormData
from starlette.responses import Response

from cozy.kernel.problem import Problem
from cozy.kernel.routes import OWNER
from cozy.kernel.work import Work
from cozy.ui import N_
from cozy.web.call import Call
from cozy.web.pages import done

from .. import service
from ..errors import BadColumns, NoImport
from ..model import Table
from .door import IMPORT, page, routes, words
from .one import ONE

HOLDS: Mapping[str, str] = {
    "date": N_("Date"),
    "value_date": N_("Value date"),
    "label": N_("Words"),
    "amount": N_("Amount"),
    "debit": N_("Money out"),
    "credit": N_("Money in"),
    "currency": N_("Currency"),
    "balance": N_("Balance"),
    "reference": N_("Reference"),
    "category": N_("Category"),
    "counterparty": N_("With whom"),
    "account": N_("Account"),
}


@routes.on("GET", f"{ONE}/columns", OWNER)
def columns(work: Work, call: Call, import_id: str) -> Response:
    """What each column of each table is taken for. 200; 404."""
    found = service.one(work, import_id)
    options = [
        ("", words(work).gettext(N_("Leave out"))),
        *((key, words(work).gettext(text)) for key, text in HOLDS.items()),
    ]
    shown = [(table.name, _lines(table)) for table in _tables(found)]
    return page(work, call, "columns.html", found=found, body=found.body, tables=shown, options=options)


def _tables(found: service.NewImport) -> list[Table]:
    return [table for part in found.body.parts for table in part.tables]


def _lines(table: Table) -> list[tuple[str, str, str]]:
    """Of each column: its head, what stands below it, what it is taken for."""
    if not table.rows:
        return []
    holds = {place: column for column, place in table.columns.items()}
    heads, below = table.rows[0], table.rows[1:]
    return [
        (
            head,
            ", ".join(row[place] for row in below if place < len(row) and row[place]),
            holds.get(place, ""),
        )
        for place, head in enumerate(heads)
    ]


@routes.on("POST", f"{ONE}/columns", OWNER)
def say_columns(work: Work, call: Call, import_id: str, form: FormData) -> Response:
    """Take the columns for this, and look through everything once more. 303; 404."""
    here = f"{IMPORT}/{import_id}"
    tables = _tables(service.one(work, import_id))
    try:
        said = {
            table.name: _said(form, number, len(table.rows[0]) if table.rows else 0)
            for number, table in enumerate(tables)
        }
        with work.attempt():
            service.say_columns(work, import_id, said)
    except NoImport:
        raise
    except Problem as problem:
        return done(call, f"{here}/columns", words(work).gettext(problem.detail), failed=True)
    return done(call, here, words(work).gettext(N_("It is looked through once more.")))


def _said(form: FormData, table: int, wide: int) -> dict[str, int]:
    """What the form says of a table. Raises BadColumns where two columns are to hold the same."""
    held = [(str(form.get(f"{table}.{place}") or ""), place) for place in range(wide)]
    chosen = [(column, place) for column, place in held if column in HOLDS]
    if len(dict(chosen)) < len(chosen):
        raise BadColumns
    return dict(chosen)
