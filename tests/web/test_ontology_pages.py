"""The pages of the ontology, of the report and of the codebook, on the fictional corpus: what they say is what the release has."""

import re
import shutil
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.test import Client

from kg import release
from kg.conformance import REPORT
from kg.namespaces import ID, POL, RDFS, SH, SHAPES, SKOS
from kg.reader import Reader
from kg.store import Release, open_release
from kg.web.schemes import Row, branch, rows, schemes
from kg.web.terms import vocabulary
from kg.web.usage import spread, usage
from tests.project import ROOT, edit, make_project
from tests.web.conftest import BufferedClient, Running

HTML = {"Accept": "text/html", "Accept-Language": "en"}
KINDS = {"Demand": 3, "Claim": 2, "Commitment": 1, "Principle": 1, "Assessment": 1, "Response": 1}


@pytest.fixture
def visitor(corpus: Running) -> Client:
    """A client of the site on the fictional corpus."""
    return BufferedClient(corpus, use_cookies=False)


def page(visitor: Client, address: str) -> str:
    """A page in English, without tags between words that stand together."""
    response = visitor.get(address, headers=HTML)
    assert response.status_code == 200, address
    return str(response.text)


def plain(text: str) -> str:
    """The words of a page."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())


@pytest.fixture(scope="module")
def reader(harbours: Release) -> Reader:
    """The store of the fictional corpus."""
    return Reader(harbours)


def test_each_term_has_a_page_with_its_definition_in_both_languages(visitor: Client, reader: Reader) -> None:
    """As the ontology has them; the other language is marked."""
    terms = vocabulary(reader).terms

    assert len(terms) > 60
    for iri, term in terms.items():
        text = unescape(page(visitor, term.page))
        english, dutch = ({t.language: t.value for t in reader.objects(iri, f"{SKOS}definition")}[each] for each in ("en", "nl"))
        label = {t.language: t.value for t in reader.objects(iri, f"{RDFS}label")}["nl"]
        assert f'<p class="lead">{english}</p>' in text
        assert f'<p class="other" lang="nl"><b>{label}</b>: {dutch}</p>' in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Demand", ["is a kind of statement", "Things in this release: 3.", "Elland should ratify the Fair Harbours Treaty."]),
        ("State", ["is a kind of agent , place", "Things in this release: 2."]),
        ("addressee", ["is a form of mentions", "values are agent", "Assertions in this release: 4.", "What has it demand (3), commitment (1)",
                       "Elland should ratify the Fair Harbours Treaty. → Elland"]),
        ("agreesWith", ["from the other end agrees with", "leads from and to statement → statement", "Nothing in this release uses it."]),
        ("contrastsWith", ["Assertions in this release: 1. Inferred from others: 1."]),
        ("Figure", ["nearly the same as schema:Observation"]),
        ("polarity", ["list of values Polarities", "exactly one value", "positive , negative , mixed"]),
        ("startAnchor", ["each value fits the pattern ^\\S+( \\S+){0,4}$"]),
        ("sameDemandAs", ["No shape asks anything of it."]),
    ],
)  # fmt: skip
def test_page_of_a_term(visitor: Client, name: str, words: list[str]) -> None:
    """What a person finds in the ontology, the shapes and the corpus."""
    text = plain(page(visitor, f"/ontology/term/{name}"))

    assert [each for each in words if each not in text] == []


def test_demands_of_a_class_are_those_of_all_shapes_that_target_it(visitor: Client) -> None:
    """A demand is asked what every statement is, and an action of its own; with links to the shapes, and the severity."""
    text = page(visitor, "/ontology/term/Demand")
    rows_ = [" ".join(plain(row).split()) for row in re.findall(r"<tr>.*?</tr>", text, re.DOTALL)]

    assert 'href="/shapes#Demand-action"' in text
    assert 'href="/shapes#Statement-speaker"' in text
    assert any(row.startswith("addressee at least one value") and row.endswith("Demand-addressee warning") for row in rows_)


def test_examples_are_what_the_graph_has(reader: Reader) -> None:
    """Each is a thing of the class, or a pair that the graph states; three at most; the same each time."""
    for term in vocabulary(reader).terms.values():
        found = usage(reader, term)
        assert len(found.examples) == min(3, len({e.thing.iri for e in found.examples}))
        assert bool(found.examples) == bool(term.uses + term.inferred)
        for example in found.examples:
            if term.kind == "Class":
                assert term.iri in {
                    t.value for t in reader.objects(example.thing.iri, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
                }
            else:
                stated = {t.value for t in reader.objects(example.thing.iri, term.iri)}
                assert {v.iri or v.text for v in example.values} <= stated
                assert len(example.values) <= 5
        assert usage(Reader(reader.release), term) == found


def test_examples_are_spread() -> None:
    """From the beginning on, at even distances."""
    assert spread(list("abcdefghi")) == ["a", "d", "g"]
    assert spread(list("ab")) == ["a", "b"]
    assert spread([]) == []


def test_the_query_of_a_term_lists_as_many_as_its_page_counts(visitor: Client) -> None:
    """The link is a query with a row for each."""
    for name, count in (("Demand", 3), ("topic", 10), ("cites", 1)):
        text = page(visitor, f"/ontology/term/{name}")
        link = next(unescape(each) for each in re.findall(r'href="(/sparql\?[^"]*)"', text))
        answer = visitor.get(
            "/sparql", query_string={"query": parse_qs(urlsplit(link).query)["query"][0]}, headers={"Accept": "text/csv"}
        )
        assert len(answer.text.splitlines()) - 1 == count


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "oa:hasSource",
            "text oa:hasSource passage : exactly one value; each value is one of these: document ( Passage-source ) 10",
        ),
        (
            "dcterms:publisher",
            "publisher dcterms:publisher document , instrument , work : each value is one of these: agent ( Written-publisher ) 0",
        ),
        ("skos:broader", "broader skos:broader – 47"),
    ],
)
def test_reused_properties_are_counted(visitor: Client, name: str, expected: str) -> None:
    """Those that the data use or the shapes ask for; ten passages have a source, 47 concepts a broader one."""
    text = page(visitor, "/ontology")
    found = [plain(row) for row in re.findall(r'<tr><th scope="row">.*?</tr>', text[text.index('<h2 id="reused">') :], re.DOTALL)]

    assert [row for row in found if f" {name} " in row] == [expected]
    assert [row for row in found if row.startswith("pol:")] == []


def test_kinds_and_schemes_are_counted(visitor: Client, reader: Reader) -> None:
    """As the corpus codes them; a topic with what is narrower, which is what the search finds."""
    kinds = {row.id: row.uses[0].things for row in rows(reader, schemes(reader)[0], "en")}
    topics = {row.id: row for row in rows(reader, next(s for s in schemes(reader) if s.name == "topic"), "en")}
    text = page(visitor, "/ontology/scheme/topic")

    assert kinds == KINDS
    assert [(row.id, row.depth, row.uses[0].things, row.uses[0].within) for row in topics.values()] == [
        ("harbours", 0, 5, 7),
        ("fishing", 1, 2, 2),
        ("treaties", 0, 3, 3),
    ]
    for row in topics.values():
        found = visitor.get("/search.json", query_string={"topic": row.id}).json
        assert found is not None
        assert found["total"] == row.uses[0].within
        assert f'<tr id="{row.id}">' in text
    assert '<a href="/search?topic=fishing">2</a>' in text


def test_a_scheme_says_whose_values_it_has(visitor: Client) -> None:
    """A closed list has no definition of its own: the property says what it is."""
    text = plain(page(visitor, "/ontology/scheme/confidence"))

    assert "How certain the coder is of the coding. Values of: confidence ." in text
    assert "Values of: topic ." in plain(page(visitor, "/ontology/scheme/topic"))


def test_a_concept_of_a_closed_list_leads_to_its_uses(visitor: Client) -> None:
    """By a query; what nothing uses has no link."""
    text = page(visitor, "/ontology/scheme/confidence")
    links = [unescape(each) for each in re.findall(r'href="(/sparql\?[^"]*)"', text)]
    answers = [
        visitor.get(
            "/sparql", query_string={"query": parse_qs(urlsplit(link).query)["query"][0]}, headers={"Accept": "text/csv"}
        ).text
        for link in links
    ]

    assert [len(answer.splitlines()) - 1 for answer in answers] == [8, 1]
    assert plain(text).count(" 0") == 1


def test_a_branch_of_a_scheme() -> None:
    """A concept with what is narrower; without a known one the top of the scheme."""
    found = tuple(
        Row(name, name, "", {}, {}, {}, depth, 0, ()) for name, depth in (("a", 0), ("b", 1), ("c", 2), ("d", 1), ("e", 0))
    )

    assert [row.id for row in branch(found, "b")] == ["b", "c"]
    assert [row.id for row in branch(found, "e")] == ["e"]
    assert [row.id for row in branch(found, "")] == ["a", "e"]


@pytest.mark.parametrize(
    ("address", "detail"),
    [
        ("/ontology/term/Nothing", "The ontology has no term Nothing. All are listed at /ontology."),
        ("/ontology/scheme/nothing", "There is no scheme nothing. All are listed at /ontology#schemes."),
        ("/ontology/scheme/topic?branch=nothing", "The scheme topic has no concept nothing."),
    ],
)
def test_what_is_not_there(visitor: Client, address: str, detail: str) -> None:
    """404 that says where to look."""
    answer = visitor.get(address, headers={"Accept": "application/json"})

    assert (answer.status_code, answer.json["detail"] if answer.json else "") == (404, detail)


@pytest.mark.parametrize("address", ["/codebook", "/codebook.md", "/report.txt", "/report", "/ontology/diagram.svg"])
def test_a_release_without_these(client: Client, address: str) -> None:
    """An older one, or one of another maker: 404, no failure."""
    assert client.get(address, headers=HTML).status_code == 404


def test_report_counts_what_each_shape_looked_at(visitor: Client) -> None:
    """Focus nodes as SHACL counts them: nine statements, of which three demands; ten passages, since one statement has two."""
    text = plain(page(visitor, "/report"))

    assert "This release conforms to its shapes: there is no violation." in text
    for name, count in (
        ("Demand", 3),
        ("Statement", 9),
        ("Passage", 10),
        ("Document", 2),
        ("Relation", 9),
        ("WithException", 1),
        ("Coding", 1),
    ):
        assert f" {name} – things looked at: {count} " in text
    assert "Violations 0 Warnings 0 Remarks 0" in text
    assert "Nothing was found." in text
    checks = len(list((ROOT / "ontology" / "checks").glob("*.rq")))
    assert f"30 shapes in SHACL and {checks} queries" in text
    assert text.count("violation 0") + text.count("warning 0") == checks
    assert "coding-before-document the coding pass is of …, before the text that it codes, …: correct" in text


@pytest.fixture(scope="module")
def warned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A site on a release with a warning of a shape, and one of a check."""
    root = tmp_path_factory.mktemp("warned")
    layout = make_project(root / "project")
    edit(
        layout,
        "mappings/harbour-2031.yaml",
        "  kind: Demand\n  addressee: elland\n  addresseeExplicit: false\n",
        "  kind: Demand\n",
    )
    agents = layout.root / "mappings" / "entities" / "agents.yaml"
    text = agents.read_text(encoding="utf-8") + "- id: nobody\n  kind: Person\n  label: {nl: Niemand, en: Nobody}\n"
    agents.write_text(text, encoding="utf-8")
    running = Running(open_release(release.build(layout, root / "build")))
    yield BufferedClient(running, use_cookies=False)
    running.close()


def test_report_shows_a_warning(warned: Client) -> None:
    """With its number, its document, its shape or check, the thing, and the line of the mapping file; and in RDF."""
    text = page(warned, "/report")
    words = plain(text)
    mapping = ROOT / "tests" / "corpus" / "mappings" / "harbour-2031.yaml"
    line = mapping.read_text(encoding="utf-8").splitlines().index("- id: s003") + 1

    assert "Violations 0 Warnings 2 Remarks 0" in words
    assert "there is no violation" in words
    assert re.search(
        rf"warning statement/harbour-2031/s003 Elland should suspend [^.]*\. s003 a demand should say who is to act: .*? \S*mappings/harbour-2031\.yaml:{line}:3 Demand-addressee",
        words,
    )
    assert '<a href="/page/statement/harbour-2031/s003">' in text
    assert '<a href="/page/document/harbour-2031">' in text
    assert '<a href="/shapes#Demand-addressee"><code>Demand-addressee</code></a>' in text
    assert '<a href="/report?source=check-unused-entity#findings">1</a>' in text
    assert "nothing refers to this entity: use it, or remove it" in words
    assert '<a href="/report#check-unused-entity"><code>check-unused-entity</code></a>' in text
    assert 'id="check-unused-entity"' in text
    assert "Demand – things looked at: 3 – found: 1" in words
    assert "https://w3id.org/policy-kg/report#check-unused-entity" in warned.get("/report.nt").text
    assert "2 warnings" in warned.get("/report.txt").text


@pytest.fixture(scope="module")
def crowded(harbours: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A site on a release whose report has 120 results: 70 warnings about a statement, 50 remarks about an agent."""
    path = tmp_path_factory.mktemp("crowded") / harbours.version
    shutil.copytree(harbours.path, path)
    lines = [f"<{REPORT}> a <{SH}ValidationReport> ; <{SH}conforms> true ."]
    for number in range(1, 121):
        severity, focus, source = (
            ("Warning", "statement/harbour-2031/s003", "Demand-addressee")
            if number <= 70
            else ("Info", "agent/ada", "Entity-label")
        )
        lines.append(
            f"<{REPORT}#result-{number}> a <{SH}ValidationResult> ; <{SH}focusNode> <{ID}{focus}> ; <{SH}resultSeverity> <{SH}{severity}> ; "
            f'<{SH}sourceShape> <{SHAPES}{source}> ; <{SH}resultMessage> "mappings/x.yaml:{number}:1: {severity.lower()}: number {number}, {"long " * 40}"@en .'
        )
    (path / "report" / "shacl.ttl").write_text("\n".join(lines), encoding="utf-8")
    running = Running(open_release(path))
    yield BufferedClient(running, use_cookies=False)
    running.close()


@pytest.mark.parametrize(
    ("address", "numbers"),
    [
        ("/report", range(1, 51)),
        ("/report?page=2", range(51, 101)),
        ("/report?page=3", range(101, 121)),
        ("/report?page=4", []),
        ("/report?page=x", range(1, 51)),
        ("/report?severity=Info", range(71, 121)),
        ("/report?document=harbour-2031&page=2", range(51, 71)),
        ("/report?source=Entity-label", range(71, 121)),
        ("/report?severity=Warning&source=Entity-label", []),
    ],
)
def test_many_findings_have_pages_and_can_be_chosen(crowded: Client, address: str, numbers: Iterable[int]) -> None:
    """None is left out: the counts are those of all, each page has fifty, and stays below 150 kB."""
    text = page(crowded, address)

    assert [int(each) for each in re.findall(r'<tr id="result-(\d+)">', text)] == [*numbers]
    assert "Violations 0 Warnings 70 Remarks 50" in plain(text)
    assert 'href="/report?document=harbour-2031#findings">70</a>' in text
    assert 'href="/report?source=Entity-label#findings">50</a>' in text
    assert len(text.encode()) < 150_000


def test_pages_of_findings_lead_on(crowded: Client) -> None:
    """Numbers keep what is chosen."""
    text = page(crowded, "/report?document=harbour-2031")

    assert '<a href="/report?document=harbour-2031#findings" aria-current="page">1</a>' in text
    assert '<a href="/report?document=harbour-2031&amp;page=2#findings">2</a>' in text
    assert "Findings that fit: 70." in text


def test_report_as_rdf(warned: Client) -> None:
    """By ``Accept`` and by extension; another extension is not known."""
    by_accept = warned.get("/report", headers={"Accept": "text/turtle"})

    assert by_accept.content_type == "text/turtle; charset=utf-8"
    assert by_accept.data == warned.get("/report.ttl").data
    assert "sh:conforms" in by_accept.text or "shacl#conforms" in by_accept.text
    assert warned.get("/report.xyz").status_code == 404
    assert warned.get("/report", headers={"Accept": "image/png"}).status_code == 406


def test_codebook_is_marked_as_english_and_its_anchors_resolve(visitor: Client) -> None:
    """On the Dutch page too; each entry of its contents and each rule of a term leads to a part of it."""
    dutch = visitor.get("/codebook", headers={"Accept-Language": "nl"}).text
    contents = re.findall(r'<a href="#([^"]+)">', dutch)

    assert '<html lang="nl">' in dutch
    assert '<article class="codebook" lang="en">' in dutch
    assert "Codeboek, versie 1.2" in dutch
    assert len(contents) > 15
    assert {anchor for anchor in contents if f'id="{anchor}"' not in dutch} == set()
    assert visitor.get("/codebook.md").data == (ROOT / "mappings" / "README.md").read_bytes()


def test_terms_and_rules_lead_to_each_other(visitor: Client) -> None:
    """A kind and a key from the ontology to their rule, and back."""
    codebook = page(visitor, "/codebook")

    for name in ("Demand", "speaker", "topic"):
        assert f'<a href="/codebook#rule-{name}">' in page(visitor, f"/ontology/term/{name}")
        assert f'id="rule-{name}"' in codebook
        assert f'href="/ontology#{name}"' in codebook or name == "Demand"
    assert '<a href="/ontology/scheme/action#sign"><code>sign</code></a>' in codebook


def test_statement_says_under_which_codebook_it_was_coded(visitor: Client) -> None:
    """As its coding pass does, with a link."""
    text = page(visitor, "/page/statement/harbour-2031/s001")

    assert '<a href="/codebook">Coded under codebook 1.0</a>' in text


def test_shapes_have_anchors(visitor: Client, reader: Reader) -> None:
    """The IRI of each shape leads to its text."""
    text = page(visitor, "/shapes")

    assert {shape.name for shape in vocabulary(reader).shapes.values() if f'<span id="{shape.name}">' not in text} == set()


def addresses(visitor: Client, reader: Reader) -> list[str]:
    """Every page of these families."""
    terms = [term.page for term in vocabulary(reader).terms.values()]
    return [
        "/ontology",
        "/report",
        "/codebook",
        "/shapes",
        *terms,
        *(f"/ontology/scheme/{each.name}" for each in schemes(reader)),
    ]


def test_every_internal_link_answers(visitor: Client, reader: Reader) -> None:
    """With 200, and with the part that it names; each page is below 150 kB and has no style of its own."""
    asked: dict[str, str] = {}
    for address in addresses(visitor, reader):
        text = page(visitor, address)
        assert len(text.encode()) < 150_000
        assert "style=" not in text
        for link in {unescape(each) for each in re.findall(r'href="([/#][^"]*)"', text)} - {
            "/cite"
        }:  # the corpus has no citation file
            target, _, part = link.partition("#")
            target = target or address
            if target not in asked:
                response = visitor.get(target, headers=HTML)
                assert response.status_code == 200, (address, link)
                asked[target] = response.text
            assert not part or f'id="{part}"' in asked[target], (address, link)
    assert len(asked) > 100


def test_iri_of_a_term_and_of_a_scheme_have_pages(visitor: Client) -> None:
    """``…/ontology#speaker`` leads to its section, from where there is a link to its page; a scheme is a thing."""
    assert '<h3 id="speaker"><a href="/ontology/term/speaker">' in page(visitor, "/ontology")
    assert f"{POL}speaker" in page(visitor, "/ontology/term/speaker")
    assert visitor.get(f"/{ID.removeprefix('https://w3id.org/policy-kg/')}topic", headers=HTML).status_code == 303


def test_files_of_the_project_are_not_named_by_the_machine(harbours: Release) -> None:
    """What the release holds for these pages are copies of the project's files."""
    for name in ("README.md", "context.yaml"):
        assert (harbours.path / "codebook" / name).read_bytes() == (ROOT / "mappings" / name).read_bytes()
    assert {path.name for path in (harbours.path / "checks").iterdir()} == {
        path.name for path in Path(ROOT / "ontology" / "checks").glob("*.rq")
    }
