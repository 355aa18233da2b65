"""The columns of the table of statements: names, titles, datatypes and the properties behind them.

Nothing comes in. :mod:`kg.tables.rows` fills the columns, the writers describe them.
"""

from dataclasses import dataclass
from typing import Final

from kg.namespaces import POL, RDF_TYPE, SKOS

Value = str | tuple[str, ...]
"""A cell: the lexical form of its datatype, empty for none; several for a column of lists."""


@dataclass(frozen=True)
class Column:
    """A column.

    :ivar datatype: of a cell, or of the items of its list; a built-in datatype of CSVW (Metadata Vocabulary, section 5.11.1)
    :ivar many: whether a cell is a list
    :ivar predicate: IRI of the property that relates the statement to the value; empty where it is not the statement's own
    :ivar language: of the text, empty if it has none
    """

    name: str
    en: str
    nl: str
    datatype: str = "string"
    many: bool = False
    required: bool = False
    predicate: str = ""
    language: str = ""

    @property
    def is_text(self) -> bool:
        """Whether a spreadsheet could take a value for a formula."""
        return self.datatype == "string"


@dataclass(frozen=True)
class Related:
    """Two columns of what a statement is related to: labels to read and IRIs to join by, in the same order.

    :ivar name: of the column of labels
    :ivar iri: of the column of IRIs
    :ivar term: property, by its local name in our ontology
    """

    name: str
    iri: str
    term: str
    en: str
    nl: str
    many: bool = True
    required: bool = False

    @property
    def columns(self) -> tuple[Column, Column]:
        """The column of labels and that of IRIs."""
        return (
            Column(self.name, self.en, self.nl, many=self.many, required=self.required),
            Column(self.iri, f"{self.en} (IRI)", f"{self.nl} (IRI)", "anyURI", self.many, self.required, f"{POL}{self.term}"),
        )


@dataclass(frozen=True)
class Quantity:
    """Columns of targets or figures: lists of the same length, one item for each.

    :ivar term: property that leads to them, by its local name
    :ivar parts: for each column its last word, the local name of its property, datatype, and titles
    """

    name: str
    term: str
    parts: tuple[tuple[str, str, str, str, str], ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns."""
        return tuple(Column(f"{self.name}_{last}", en, nl, datatype, many=True) for last, _, datatype, en, nl in self.parts)


RELATED: Final = (
    Related("speakers", "speaker_iris", "speaker", "Speakers", "Sprekers", required=True),
    Related("reported_by", "reported_by_iri", "reportedBy", "Reported by", "Weergegeven door", many=False),
    Related("addressees", "addressee_iris", "addressee", "Addressees", "Geadresseerden"),
    Related("action", "action_iri", "action", "Action", "Handeling", many=False),
    Related("objects", "object_iris", "object", "Objects", "Objecten"),
    Related("stance", "stance_iri", "stance", "Stance", "Houding", many=False),
    Related("polarity", "polarity_iri", "polarity", "Polarity", "Polariteit", many=False),
    Related("response", "response_iri", "responseValue", "Response", "Antwoord", many=False),
    Related("responds_to", "responds_to_iris", "respondsTo", "Responds to", "Antwoordt op"),
    Related("topics", "topic_iris", "topic", "Topics", "Onderwerpen", required=True),
    Related("places", "place_iris", "place", "Places", "Plaatsen"),
    Related("beneficiaries", "beneficiary_iris", "beneficiary", "Beneficiaries", "Begunstigden"),
    Related("affected", "affected_iris", "affected", "Affected", "Benadeelden"),
    Related("mentions", "mention_iris", "mentions", "Mentions", "Noemt"),
    Related("cited_works", "cited_work_iris", "cites", "Cited works", "Aangehaalde werken"),
    Related("frames", "frame_iris", "frame", "Frames", "Rechtvaardigingen"),
    Related("agrees_with", "agrees_with_iris", "agreesWith", "Agrees with", "Stemt overeen met"),
    Related("contrasts_with", "contrasts_with_iris", "contrastsWith", "Contrasts with", "Staat tegenover"),
    Related("repeats", "repeats_iris", "repeats", "Repeats", "Herhaalt"),
    Related("narrows", "narrows_iris", "narrows", "Narrows", "Verfijnt"),
    Related("supports", "supports_iris", "supports", "Supports", "Ondersteunt"),
    Related("same_demand_as", "same_demand_as_iris", "sameDemandAs", "Same demand as", "Zelfde eis als"),
    Related("confidence", "confidence_iri", "confidence", "Confidence", "Zekerheid", many=False, required=True),
    Related("coding", "coding_iri", "coding", "Coding pass", "Coderingsronde", many=False, required=True),
)
QUANTITIES: Final = (
    Quantity(
        "target",
        "target",
        (
            ("indicators", "indicator", "string", "Target: indicators", "Streefwaarde: indicatoren"),
            ("comparators", "comparator", "string", "Target: comparators", "Streefwaarde: vergelijkingen"),
            ("values", "value", "decimal", "Target: values", "Streefwaarde: waarden"),
            ("units", "unit", "string", "Target: units (QUDT)", "Streefwaarde: eenheden (QUDT)"),
            ("denominators", "denominator", "string", "Target: denominators", "Streefwaarde: noemers"),
            ("baselines", "baseline", "decimal", "Target: baselines", "Streefwaarde: uitgangswaarden"),
            ("baseline_years", "baselineYear", "gYear", "Target: baseline years", "Streefwaarde: basisjaren"),
            ("deadlines", "deadline", "gYear", "Target: deadlines", "Streefwaarde: uiterste jaren"),
        ),
    ),
    Quantity(
        "figure",
        "figure",
        (
            ("indicators", "indicator", "string", "Figure: indicators", "Cijfer: indicatoren"),
            ("comparators", "comparator", "string", "Figure: comparators", "Cijfer: vergelijkingen"),
            ("values", "value", "decimal", "Figure: values", "Cijfer: waarden"),
            ("units", "unit", "string", "Figure: units (QUDT)", "Cijfer: eenheden (QUDT)"),
            ("denominators", "denominator", "string", "Figure: denominators", "Cijfer: noemers"),
            ("years", "year", "gYear", "Figure: years", "Cijfer: jaren"),
            ("of", "of", "string", "Figure: of", "Cijfer: van"),
        ),
    ),
)


def _related(*names: str) -> tuple[Column, ...]:
    return tuple(column for name in names for column in next(r for r in RELATED if r.name == name).columns)


COLUMNS: Final[tuple[Column, ...]] = (
    Column("id", "Short name", "Korte naam", required=True),
    Column("statement", "Statement (IRI)", "Uitspraak (IRI)", "anyURI", required=True),
    Column("document", "Document", "Document", required=True),
    Column("document_title", "Title of the document", "Titel van het document", required=True),
    Column("document_iri", "Document (IRI)", "Document (IRI)", "anyURI", required=True, predicate=f"{POL}statedIn"),
    Column("document_date", "Date or year of the document", "Datum of jaar van het document"),
    Column("section", "Section", "Onderdeel"),
    Column("section_iri", "Section (IRI)", "Onderdeel (IRI)", "anyURI", predicate=f"{POL}section"),
    Column("kind", "Kind", "Soort", required=True),
    Column("kind_iri", "Kind (IRI)", "Soort (IRI)", "anyURI", required=True, predicate=RDF_TYPE),
    Column("summary_en", "Summary (English)", "Samenvatting (Engels)", required=True, predicate=f"{POL}summary", language="en"),
    Column("summary_nl", "Summary (Dutch)", "Samenvatting (Nederlands)", predicate=f"{POL}summary", language="nl"),
    *_related("speakers", "reported_by", "addressees"),
    Column(
        "addressee_explicit",
        "Addressee explicit",
        "Geadresseerde uitdrukkelijk",
        "boolean",
        predicate=f"{POL}addresseeExplicit",
    ),
    *_related("action", "objects", "stance", "polarity", "response", "responds_to", "topics", "places", "beneficiaries"),
    *_related("affected", "mentions", "cited_works", "frames"),
    Column("condition_en", "Condition (English)", "Voorwaarde (Engels)", predicate=f"{POL}condition", language="en"),
    Column("condition_nl", "Condition (Dutch)", "Voorwaarde (Nederlands)", predicate=f"{POL}condition", language="nl"),
    Column("exception_en", "Exception (English)", "Uitzondering (Engels)", predicate=f"{POL}exception", language="en"),
    Column("exception_nl", "Exception (Dutch)", "Uitzondering (Nederlands)", predicate=f"{POL}exception", language="nl"),
    Column("deadline", "Deadline", "Uiterste jaar", "gYear", predicate=f"{POL}deadline"),
    Column(
        "deadline_explicit", "Deadline explicit", "Uiterste jaar uitdrukkelijk", "boolean", predicate=f"{POL}deadlineExplicit"
    ),
    *QUANTITIES[0].columns,
    *QUANTITIES[1].columns,
    *_related("agrees_with", "contrasts_with", "repeats", "narrows", "supports", "same_demand_as"),
    Column("passage_starts", "Passages: first character", "Passages: eerste teken", "integer", many=True, required=True),
    Column(
        "passage_ends",
        "Passages: after the last character",
        "Passages: na het laatste teken",
        "integer",
        many=True,
        required=True,
    ),
    Column("passage_first_words", "Passages: first words", "Passages: eerste woorden", many=True, required=True),
    Column("passage_last_words", "Passages: last words", "Passages: laatste woorden", many=True),
    Column("passage_sha256", "Passages: SHA-256", "Passages: SHA-256", many=True, required=True),
    Column("passage_links", "Passages: links into the source", "Passages: links naar de bron", "anyURI", many=True),
    *_related("confidence", "coding"),
    Column("coders", "Coders", "Codeurs", many=True, required=True),
    Column("coded_on", "Date of coding", "Datum van codering", "date"),
    Column("codebook", "Version of the codebook", "Versie van het codeboek"),
    Column("note_en", "Note (English)", "Noot (Engels)", predicate=f"{SKOS}editorialNote", language="en"),
    Column("note_nl", "Note (Dutch)", "Noot (Nederlands)", predicate=f"{SKOS}editorialNote", language="nl"),
)
"""All columns, in their order."""
