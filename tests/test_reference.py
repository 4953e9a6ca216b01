"""The reference pages say what the code says."""

from pathlib import Path

import pytest

from cozy.app import reference

DOCS = Path(__file__).parent.parent / "docs" / "reference"


@pytest.mark.parametrize("page", reference.PAGES)
def test_a_reference_page_is_up_to_date(page):
    written = (DOCS / f"{page}.md").read_text()
    assert written == reference.PAGES[page](), "run: python -m cozy.app.reference"
