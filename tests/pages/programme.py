"""A made-up programme as a PDF: running header and footer, columns of one width, words broken at line ends, a page break inside a sentence."""

from pathlib import Path

from fpdf import FPDF

_LEFT = 25.0
_PARAGRAPHS = (
    ("head", "Zorg voor iedereen"),
    (
        "text",
        [
            "De Lampenpartij vindt dat zorg van iedereen is. De regering van",
            "Noordland moet het Zorgverdrag ratificeren, d.w.z. vóór 1 ja-",
            "nuari 2034.",
        ],
    ),
    ("head", "Wat wij willen"),
    ("item", ["• Het zorgfonds wordt in 2035 verdubbeld."]),
    ("item", ["• Ziekenhuizen in Noord-", "Veenland blijven open, zoals afge-", "sproken in het socio-economisch akkoord."]),
    ("text", ["Het huidige stelsel is wreed en het socio-", "economisch akkoord wordt niet nageleefd door de ministers, en dat"]),
    ("page", ""),
    ("text", ["weet iedere patiënt. Wij leggen elk jaar een verslag voor."]),
    ("head", "Slot"),
    ("text", ["Zonder zorg is er geen toekomst voor dit land."]),
    ("page", ""),
    ("text", ["Gezondheid is een recht dat voor iedereen hoort te gelden."]),
)


class _Programme(FPDF):
    """Pages with a header and a footer."""

    def header(self) -> None:
        """The same on every page."""
        self.set_font("Helvetica", size=8)
        self.text(_LEFT, 12, "Lampenpartij - Programma 2033")

    def footer(self) -> None:
        """With the number of the page."""
        self.set_font("Helvetica", size=8)
        self.text(_LEFT, 288, f"Pagina {self.page_no()}")


def write_programme(path: Path) -> None:
    """Write the PDF."""
    pdf = _Programme()
    pdf.set_title("Programma van de Lampenpartij")
    pdf.set_author("Lampenpartij")
    pdf.add_page()
    y = 30.0
    for kind, content in _PARAGRAPHS:
        if kind == "page":
            pdf.add_page()
            y = 30.0
            continue
        lines = [content] if isinstance(content, str) else content
        pdf.set_font("Helvetica", style="B" if kind == "head" else "", size=14 if kind == "head" else 10)
        for line in lines:
            pdf.text(_LEFT, y, line.replace("•", "\x95") if kind == "item" else line)
            y += 5.0
        y += 6.0
    pdf.output(str(path))


def write_picture(path: Path) -> None:
    """Write a PDF without text."""
    pdf = FPDF()
    pdf.add_page()
    pdf.rect(10, 10, 50, 50)
    pdf.output(str(path))
