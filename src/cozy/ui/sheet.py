"""How papers are drawn. It is loaded with the first paper: fonts take 14 MB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, TextEmphasis
from fpdf.fonts import FontFace
from fpdf.util import Padding

from cozy.ui import assets
from cozy.ui.paper import Paper

FONT = "Figtree"
FONT_FILE = "a-figtree-latin-wght-normal-*.woff2"
MARGIN = 22.0  # mm
INK, INK_2, LINE, SOFT = (19, 37, 41), (74, 91, 96), (223, 224, 219), (244, 244, 240)


def drawn(paper: Paper) -> bytes:
    """The paper as a PDF of A4 pages; its text can be searched, copied and read aloud from top to bottom."""
    pdf = _Sheet(paper)
    pdf.add_page()
    _sender(pdf, paper)
    _facts(pdf, paper)
    _table(pdf, paper)
    _totals(pdf, paper)
    return bytes(pdf.output())


class _Sheet(FPDF):
    def __init__(self, paper: Paper) -> None:
        super().__init__(format="A4")
        file: Path = next(assets.DIST.glob(FONT_FILE))
        add_font: Any = self.add_font  # a decorator hides what it takes
        add_font(FONT, "", file, variations={"wght": 400})
        add_font(FONT, "B", file, variations={"wght": 700})
        self.set_margin(MARGIN)
        self.set_auto_page_break(auto=True, margin=MARGIN)
        self.set_lang(paper.locale)
        self.set_title(paper.title)
        self.set_author(paper.sender[0] if paper.sender else "")
        self.set_display_mode("default")
        self.set_text_color(*INK)
        self.set_draw_color(*LINE)
        self._page = paper.page

    def footer(self) -> None:
        """Which page it is."""
        self.set_y(-MARGIN + 6)
        self.set_font(FONT, "", 9)
        self.set_text_color(*INK_2)
        said = self._page % {"page": self.page_no(), "pages": "{nb}"} if self._page else ""
        self.cell(w=0, text=said, align="R")
        self.set_text_color(*INK)


def _sender(pdf: FPDF, paper: Paper) -> None:
    for number, line in enumerate(paper.sender):
        pdf.set_font(FONT, "" if number else "B", 10)
        pdf.set_text_color(*(INK_2 if number else INK))
        pdf.multi_cell(w=0, h=5, text=line, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(14 if paper.sender else 0)
    pdf.set_text_color(*INK)
    pdf.set_font(FONT, "B", 22)
    pdf.multi_cell(w=0, h=10, text=paper.title, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(6)


def _facts(pdf: FPDF, paper: Paper) -> None:
    for name, value in paper.facts:
        pdf.set_font(FONT, "", 10)
        pdf.set_text_color(*INK_2)
        pdf.cell(w=42, h=6, text=name)
        pdf.set_text_color(*INK)
        pdf.multi_cell(w=0, h=6, text=value, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(8)


def _table(pdf: FPDF, paper: Paper) -> None:
    if not paper.head:
        return
    pdf.set_font(FONT, "", 10)
    words = len(paper.head) - paper.numbers
    with pdf.table(
        [paper.head, *paper.rows],
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        col_widths=tuple(paper.widths) or None,
        headings_style=FontFace(emphasis=TextEmphasis.B, fill_color=SOFT),
        line_height=6,
        padding=Padding(1.6, 2, 1.6, 2),
        text_align=(*["LEFT"] * words, *["RIGHT"] * paper.numbers),
    ):
        pass
    pdf.ln(4)


def _totals(pdf: FPDF, paper: Paper) -> None:
    for name, value in paper.totals:
        pdf.set_font(FONT, "B", 12)
        pdf.cell(w=pdf.epw - 45, h=8, text=name, align="R")
        pdf.cell(w=45, h=8, text=f"{value} ", align="R", new_x="LMARGIN", new_y="NEXT")
