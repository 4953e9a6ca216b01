"""The columns of a bank's table: guessed, shown, and said better by the owner."""

import re

import pytest

from cozy.kernel.caller import SYSTEM
from cozy.rooms.imports import service as imports
from cozy.rooms.imports.model import Source
from tests.imports.conftest import bodies

TABLE = "Date;Libellé;Montant;Solde\n13/01/2026;CARTE;100,00;-12,50\n14/01/2026;LOYER;90,00;-10,00\n"


@pytest.fixture
def on_page() -> str:
    return "/my/import"


@pytest.fixture
async def planned(house, home, tmp_path):
    """The id of an import of a table whose heads lie."""
    path = tmp_path / "releve.csv"
    path.write_text(TABLE)
    made = await house.write(home, SYSTEM, imports.prepare, [Source(path.name, path=str(path))], by_job=False)
    await imports.look(house, home, made.id)
    return made.id


async def test_the_owner_says_what_the_columns_hold_and_operations_follow(
    planned, reader, house, home, inside
):
    here = f"/my/import/{planned}"
    assert f"{here}/columns" in (await reader.get(here)).text
    page = (await reader.get(f"{here}/columns")).text
    assert re.search(r'<option value="amount" selected>', page)
    assert "CARTE, LOYER" in page
    said = {"0.0": "date", "0.1": "label", "0.2": "balance", "0.3": "amount"}
    assert "once more" in await reader.landed(await reader.submit(f"{here}/columns", **said))
    assert (await imports.look(house, home, planned)).body.state == "planned"
    await house.write(home, SYSTEM, imports.begin, planned, by_job=False)
    assert (await imports.run(house, home, planned)).body.state == "done"
    operations = await inside(bodies, "io.cozy.bank.operations")
    assert sorted((one["label"], one["amount"]) for one in operations) == [("CARTE", -12.5), ("LOYER", -10)]


@pytest.mark.parametrize(
    "said", [{"0.0": "date"}, {"0.0": "date", "0.1": "date", "0.2": "amount"}, {"0.2": "amount"}]
)
async def test_columns_of_which_no_operation_can_be_read_are_refused(planned, reader, inside, said):
    page = await reader.landed(await reader.submit(f"/my/import/{planned}/columns", **said))
    assert "Say which column holds the date" in page
    assert (await inside(imports.one, planned)).body.state == "planned"
