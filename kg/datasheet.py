"""``docs/data.md``: what is in the graph, before anybody queries it.

In: a checked corpus with the texts at hand. Out: Markdown. Next: `kg data` writes it, and a test compares it with the committed one.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from kg.agreement.recoding import STANCES, Agreement, Recoding, read_recoding, read_stances
from kg.coverage import coverage
from kg.errors import SourceError
from kg.graph import Dataset
from kg.mappings.corpus import Corpus
from kg.mappings.words import first_of
from kg.namespaces import ID, POL

KINDS: Final = ("Demand", "Commitment", "Principle", "Claim", "Assessment", "Response")

_HEAD: Final = """\
# What is in the graph

Written by `kg data` from the mappings; do not edit. The codebook (`mappings/README.md`) says how it was coded.

**The coders are language models.** Each document was coded from its full text by Claude, a large language model by Anthropic; the
second codings of the last section were made by the same model, in separate runs that did not see the first. Nothing has been
checked by a human. `kg query uncertain-codings` lists what the coder was not certain of.
"""

_AGREEMENT: Final = """\
A second coder coded the chapter of BIJ1 whole, and a tenth of the sentences of each other document, drawn at random, without
seeing the first coding. The two were then aligned by passage and meaning. *Found* is the share of statements that the second coder
held to be indispensable and the first has. *Same* and kappa are over the statements that both have, where a statement of the second
coder that the first split is compared with the first of its parts. Kappa is Cohen's (1960), unweighted; "–" where both coders use one value
throughout. An addressee may be "none". The rows are in `mappings/recoding/`; differences were settled afterwards, so they show the codings as
they were before. Three things flatter the figures or need a word: the second coder used the same list of declared agents; the two
codings were aligned by one reader who saw both; and the first coding had been proofread by then, which changed no kind, speaker or
addressee that is compared. In `wsm-2025` the first coder took the organisation for the speaker and the second the author who signs; both are
speakers now.
"""

_STANCES: Final = """
**Stances.** Whether a demand, a commitment or a principle is for or against its object had been coded unevenly under codebook 1.1. Codebook 1.2 says
when; the first coder then went through all of them. A second coder, who saw neither coding, decided for every one whose stance had
changed, every one that had none, and some of the others, drawn at random. Kappa is over all of these, which are no random sample. Differences
were settled afterwards, and the rule was sharpened by them; the rows are in `mappings/recoding/stance.tsv`, as they were before.
"""
_DRAWN: Final = {
    "changed": "stance given, changed or taken away",
    "none": "no stance, before and after",
    "sample": "drawn from those with the same stance before and after",
    "all": "**all**",
}


def datasheet(corpus: Corpus, dataset: Dataset) -> str:
    """The whole page.

    :raises SourceError: if the text of a document is not at hand: what the page had said of it may no longer be so
    """
    documents = sorted(corpus.documents)
    missing = [f"{slug}.txt" for slug in documents if corpus.documents[slug].text is None]
    if missing:
        raise SourceError(
            f"the folder of texts has no {first_of(missing, len(missing))}, and the page counts the sentences of every text; put "
            f"{'it' if len(missing) == 1 else 'them'} there, or leave the page to somebody who has all texts"
        )
    recoding = corpus.layout.mappings / "recoding"
    counts = _pairs(dataset, "SELECT ?a ?b (COUNT(?s) AS ?n) { ?s pol:statedIn ?a ; a ?b } GROUP BY ?a ?b")
    parts = [
        _HEAD,
        "## Statements by document and kind\n",
        _table(
            ["document", *KINDS, "all"],
            [[d, *(n := [counts.get((f"{ID}document/{d}", f"{POL}{k}"), 0) for k in KINDS]), sum(n)] for d in documents],
            total=True,
        ),
        "## Coverage of the texts\n",
        "Shares are of the characters of the normalised text, spaces included; those between passages are in neither.\n",
        _table(
            ["document", "sentences", "words", "in statements", "skipped, with a reason", "left"],
            [
                [d, c.sentences, c.words, f"{c.stated_share:.1%}", f"{c.skipped_share:.1%}", len(c.left)]
                for d in documents
                for c in [coverage(corpus.documents[d])]
            ],
        ),
        "## Certainty of the coder\n",
        _matrix(dataset, "pol:confidence", ("high", "medium", "low"), documents),
        "## Speakers\n",
        _ranking(
            dataset, "SELECT ?x (COUNT(?s) AS ?n) { ?s pol:speaker ?x ; pol:passage ?p } GROUP BY ?x", "speaker", "statements"
        ),
        "## Addressees of demands\n",
        _ranking(
            dataset, "SELECT ?x (COUNT(?s) AS ?n) { ?s a pol:Demand ; pol:addressee ?x } GROUP BY ?x", "addressee", "demands"
        ),
        "## Topics\n",
        "Statements per topic; a topic at the top also counts those of the topics below it.\n",
        _topics(dataset),
        "## Numbers, relations, entities\n",
        _properties(dataset),
        _entities(corpus),
        "## Links to open data\n",
        _links(corpus),
        "## Agreement of two coders\n",
        _AGREEMENT,
        _recodings([read_recoding(path) for d in documents if (path := recoding / f"{d}.tsv").exists()]),
        *([_STANCES, _stances(read_stances(stances))] if (stances := recoding / STANCES).exists() else []),
    ]
    return "\n".join(parts)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]], *, total: bool = False) -> str:
    """A Markdown table, numbers to the right; optionally with the sums of its numeric columns."""
    body = [list(row) for row in rows]
    if total:
        body.append(["**all**", *(sum(n for row in body if isinstance(n := row[i], int)) for i in range(1, len(head)))])
    numeric = [all(isinstance(row[i], int) or str(row[i]).endswith("%") for row in body) for i in range(len(head))]
    lines = [head, ["---:" if right else "---" for right in numeric], *body]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines) + "\n"


def _pairs(dataset: Dataset, query: str) -> dict[tuple[str, str], int]:
    """Rows of ``?a ?b ?n``."""
    return {(row["a"].value, row["b"].value): int(row["n"].value) for row in dataset.select(query)}


def _counts(dataset: Dataset, query: str) -> list[tuple[str, int]]:
    """Rows of ``?x ?n``, the largest first, then by IRI."""
    rows = [(row["x"].value, int(row["n"].value)) for row in dataset.select(query) if "x" in row]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def _ranking(dataset: Dataset, query: str, what: str, of: str, most: int = 25) -> str:
    rows = _counts(dataset, query)
    shown = _table([what, of], [[iri.rsplit("/", 1)[-1], n] for iri, n in rows[:most]])
    rest = sum(n for _, n in rows[most:])
    return shown + (f"\n{len(rows) - most} others with {rest} {of} together.\n" if len(rows) > most else "")


def _matrix(dataset: Dataset, predicate: str, values: Sequence[str], documents: Sequence[str]) -> str:
    """Documents by the values of a closed list."""
    counts = _pairs(dataset, f"SELECT ?a ?b (COUNT(?s) AS ?n) {{ ?s pol:statedIn ?a ; {predicate} ?b }} GROUP BY ?a ?b")
    short = {(a.rsplit("/", 1)[-1], b.rsplit("/", 1)[-1]): n for (a, b), n in counts.items()}
    return _table(["document", *values], [[d, *(short.get((d, v), 0) for v in values)] for d in documents], total=True)


def _topics(dataset: Dataset) -> str:
    """Top concepts with what is below them, by number of statements."""
    own = dict(_counts(dataset, "SELECT ?x (COUNT(DISTINCT ?s) AS ?n) { ?s pol:topic ?x } GROUP BY ?x"))
    tops = _counts(
        dataset,
        "SELECT ?x (COUNT(DISTINCT ?s) AS ?n) { ?s pol:topic/skos:broader* ?x . ?x skos:topConceptOf ?scheme } GROUP BY ?x",
    )
    below = _pairs(dataset, "SELECT ?a ?b (1 AS ?n) { ?b skos:broader+ ?a . ?a skos:topConceptOf ?scheme }")
    rows: list[list[object]] = []
    for top, n in tops:
        inner = sorted((b for a, b in below if a == top and b in own), key=lambda b: (-own[b], b))
        rows.append([top.rsplit("/", 1)[-1], n, ", ".join(f"{b.rsplit('/', 1)[-1]} {own[b]}" for b in inner)])
    return _table(["topic", "statements", "below it"], rows)


def _properties(dataset: Dataset) -> str:
    names = ("target", "figure", "cites", "reportedBy", "condition", "exception", "respondsTo", "supports", "narrows", "repeats")
    rows = []
    for name in names:
        found = dataset.select(f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s pol:{name} ?o ; pol:statedIn ?d }}")
        rows.append([f"statements with `{name}`", int(found[0]["n"].value)])
    for name in ("agreesWith", "contrastsWith", "sameDemandAs"):
        found = dataset.select(f"SELECT (COUNT(*) AS ?n) {{ ?s pol:{name} ?o FILTER(STR(?s) < STR(?o)) }}")
        rows.append([f"pairs of statements, `{name}`", int(found[0]["n"].value)])
    return _table(["what", "number"], rows)


def _entities(corpus: Corpus) -> str:
    counts: dict[str, int] = {}
    for iri in corpus.registry.below(ID):
        collection, _, slug = iri.removeprefix(ID).partition("/")
        if slug:  # a path alone is a concept scheme
            counts[collection] = counts.get(collection, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return _table(["collection", "entities"], ordered)


def _links(corpus: Corpus) -> str:
    counts: dict[tuple[str, str], int] = {}
    for link in corpus.links:
        key = link.object.split("//", 1)[-1].split("/")[0], link.predicate.rsplit("#", 1)[-1]
        counts[key] = counts.get(key, 0) + 1
    matches = sorted({match for _, match in counts})
    hosts = sorted({host for host, _ in counts})
    return _table(
        ["scheme", *matches], [[host, *(counts.get((host, match), 0) for match in matches)] for host in hosts], total=True
    )


def _recodings(recodings: Sequence[Recoding]) -> str:
    rows = []
    for recoding in recodings:
        row: list[object] = [recoding.document, recoding.statements, f"{recoding.found} of {recoding.indispensable}"]
        for field in recoding.fields:
            row += [f"{field.observed:.1%}", "–" if field.kappa is None else f"{field.kappa:.2f}"]
        rows.append(row)
    head = ["document", "second coder", "found"]
    for name in ("kind", "speaker", "addressee"):
        head += [f"{name}: same", "kappa"]
    return _table(head, rows)


def _stances(found: dict[str, Agreement]) -> str:
    rows = [[_DRAWN[drawn], a.pairs, f"{a.observed:.1%}"] for drawn, a in found.items()]
    agreed = found["all"].kappa
    return _table(["statements", "compared", "stance: same"], rows) + ("" if agreed is None else f"\nKappa: {agreed:.2f}.\n")
