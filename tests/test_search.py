"""What searches find in the fictional corpus and in our own data, and what they refuse."""

import errno
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import indexing, release, textindex
from kg.mappings.layout import Layout
from kg.namespaces import ID, POL
from kg.search.errors import SearchInputError, SearchUnavailableError
from kg.search.finder import DEEPEST, Finder, Found, Wanted, full, search, short
from kg.search.index import OpenIndex, open_index
from kg.search.words import Clause, clauses_of
from kg.store import Release
from tests.relevance import WANTED

STATEMENT = f"{ID}statement/"


@pytest.fixture(scope="module")
def index(harbours: Release) -> OpenIndex:
    """The index of the fictional corpus."""
    return open_index(harbours)


def ids(found: Found) -> list[str]:
    return [hit.iri.removeprefix(STATEMENT).removeprefix(ID) for hit in found.hits]


@pytest.mark.parametrize(
    ("text", "expected", "matched"),
    [
        ("vissers", {"reply-2032/s001"}, "all"),
        ("VISSER", {"reply-2032/s001"}, "all"),  # stemmed, capitals
        ("fishers talks", {"reply-2032/s001"}, "all"),
        ("sailor drowning", {"harbour-2031/s005"}, "all"),
        ('"fair harbours treaty"', {"harbour-2031/s002"}, "all"),
        ('"treaty harbours fair"', set(), "none"),
        ("goed -vissers", {"harbour-2031/s002"}, "all"),
        ("zeel*", {"harbour-2031/s005"}, "all"),
        ("zeeliedne", {"harbour-2031/s005"}, "corrected"),
        ("havenpolitiek", set(), "none"),
        ("nationaal 0,70", {"harbour-2031/s004"}, "all"),
        ("van", {"harbour-2031/s004", "harbour-2031/s006"}, "all"),  # nothing but a stop word
    ],
)
def test_words_find_statements(index: OpenIndex, text: str, expected: set[str], matched: str) -> None:
    """Both languages, with stems, phrases, exclusions, beginnings and slips."""
    found = search(index, Wanted(text), 20)

    assert (set(ids(found)) & expected, found.matched) == (expected, matched)
    assert expected or not found.total


def test_a_compound_is_found_by_its_parts_and_they_by_it(own_data: Release) -> None:
    """*klimaatfinanciering* by *financiering*; *verdragen over mensenrechten* by *mensenrechtenverdragen*."""
    index = open_index(own_data)

    assert "groen-2024/s518" in ids(search(index, Wanted("financiering", "nl"), 100))
    assert "groen-2024/s427" in ids(search(index, Wanted("mensenrechtenverdragen", "nl"), 20))


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("vrouwenvrede", "parts"),  # no text has it; some have both *vrouwen* and *vrede*
        ("mensenrechtenverdragen", "parts"),
        ("mensenrechtenclausule", "all"),
        ("vrede", "all"),
        ("vrouwenvredde", "none"),
        ("", "all"),
        ("-vrede", "all"),
    ],
)
def test_parts_of_a_compound_are_not_the_compound(own_data: Release, text: str, matched: str) -> None:
    """Where no text has the word itself, the result says so."""
    assert search(open_index(own_data), Wanted(text), 5).matched == matched


@pytest.mark.parametrize(
    ("text", "language", "topic"),
    [
        ("persvrijheid", "nl", "media-freedom"),
        ("press freedom", "en", "media-freedom"),
        ("volkenrecht", "nl", "international-law"),
        ("freedom of speech", "en", "freedom-of-expression"),
        ("godsdienstvrijheid", "", "freedom-of-religion"),
        ("capital punishment", "", "death-penalty"),
        ("kunstmatige intelligentie", "nl", "artificial-intelligence"),
    ],
)
def test_topics_and_what_is_about_them_are_found_by_other_names(own_data: Release, text: str, language: str, topic: str) -> None:
    """The topic comes first, and there are statements about it, too, though none has these words."""
    index = open_index(own_data)

    assert ids(search(index, Wanted(text, language, scope=textindex.ENTITY), 1)) == [f"topic/{topic}"]
    found = search(index, Wanted(text, language), 50)
    assert found.matched == "all"
    assert any(full("topic", topic) in hit.facets["topic"] for hit in found.hits)


def test_half_of_the_words_will_do_where_none_has_all(index: OpenIndex) -> None:
    """The result says that it is so."""
    found = search(index, Wanted("fishers income"), 20)

    assert found.matched == "some"
    assert {"reply-2032/s001", "harbour-2031/s004"} <= set(ids(found))


def test_a_language_searches_its_texts_only(index: OpenIndex) -> None:
    """An English word is not in the Dutch texts."""
    assert search(index, Wanted("drowned", "en"), 5).total == 1
    assert search(index, Wanted("drowned", "nl"), 5).total == 0


def test_nothing_asked_is_everything_in_order(index: OpenIndex) -> None:
    """All statements, in the order of documents and ids; withdrawn ones are none."""
    found = search(index, Wanted(), 20)

    assert ids(found) == [*(f"harbour-2031/s00{n}" for n in range(1, 8)), "reply-2032/s001", "reply-2032/s002"]
    assert ids(Finder(index, Wanted()).find(2, 3)) == ["harbour-2031/s004", "harbour-2031/s005"]


def test_facets_count_the_result(index: OpenIndex) -> None:
    """Counts of a facet are those of the result, not narrowed by what is chosen in the facet itself."""
    wanted = Wanted("", chosen={"document": (full("document", "harbour-2031"),), "kind": (full("kind", "Demand"),)})
    finder = Finder(index, wanted)

    assert finder.find(20).total == 3
    facets = {name: {short(name, v.iri): v.count for v in values} for name, values in finder.facets().items()}
    assert facets["kind"] == {"Demand": 3, "Assessment": 1, "Claim": 1, "Commitment": 1, "Principle": 1}
    assert facets["document"] == {"harbour-2031": 3}
    assert [v.chosen for v in finder.facets()["document"]] == [True]


def test_a_topic_has_the_statements_of_narrower_ones(index: OpenIndex) -> None:
    """Fishing is a kind of harbours: who asks for harbours gets it."""
    narrow = search(index, Wanted(chosen={"topic": (full("topic", "fishing"),)}), 20)
    broad = search(index, Wanted(chosen={"topic": (full("topic", "harbours"),)}), 20)

    assert narrow.total > 0
    assert set(ids(narrow)) <= set(ids(broad))


def test_two_values_of_a_facet_widen(index: OpenIndex) -> None:
    """Demands and claims."""
    chosen = {"kind": (f"{POL}Demand", f"{POL}Claim")}

    assert search(index, Wanted(chosen=chosen), 20).total == 5


def test_entities_are_found_by_every_name(index: OpenIndex) -> None:
    """Label, other label and definition; the label weighs most."""
    found = search(index, Wanted("ploeg", scope=textindex.ENTITY), 5)

    assert ids(found)[0] == "agent/plough-party"


def test_words_that_are_found_are_marked(index: OpenIndex) -> None:
    """In pieces, so that a page can escape each."""
    hit = search(index, Wanted("sailor"), 1).hits[0]

    assert [text for text, marked in hit.text["en"] if marked] == ["sailors"]
    assert "".join(text for text, _ in hit.text["en"]) == (
        "According to the Sea Watch, the Harbour Office counted twelve drowned sailors."
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('-"a b" c* "d', (Clause(("a", "b"), phrase=True, excluded=True), Clause(("c",)), Clause(("d",), phrase=True))),
        ("ab* e-mail", (Clause(("ab",), beginning=True), Clause(("e", "mail"), phrase=True))),
        ("x x", (Clause(("x",)),)),
        ("+ && : ( ~ ^ *", ()),
    ],
)
def test_reading_a_query(text: str, expected: tuple[Clause, ...]) -> None:
    """Marks are read, and other signs are nothing."""
    assert clauses_of(text) == expected


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (Wanted("x" * 401), "401 characters; at most 400"),
        (Wanted(" ".join(f"w{n}" for n in range(25))), "25 words; at most 24"),
        (Wanted("x", "fr"), "no language 'fr'; expected nl, en"),
        (Wanted("x", chosen={"colour": ("red",)}), "no facet 'colour'; expected one of document"),
        (Wanted("x", chosen={"kind": tuple(map(str, range(51)))}), "51 values of kind are chosen; at most 50"),
    ],
)
def test_what_cannot_be_searched_for_is_said(index: OpenIndex, wanted: Wanted, message: str) -> None:
    """With what was found and what is expected."""
    with pytest.raises(SearchInputError, match=message):
        Finder(index, wanted)


def test_deep_pages_are_refused(index: OpenIndex) -> None:
    """Nothing is cut in silence."""
    with pytest.raises(SearchInputError, match="only the first 1000 can be"):
        Finder(index, Wanted("haven")).find(20, DEEPEST)


@settings(max_examples=300, deadline=None)
@given(
    text=st.text(max_size=80) | st.text(alphabet="\"-*'()[]{}:^~+&|\\/. aé0", max_size=40),
    language=st.sampled_from(["", "nl", "en"]),
)
def test_no_text_breaks_a_search(index: OpenIndex, text: str, language: str) -> None:
    """Whatever is typed gives a result or a refusal."""
    try:
        finder = Finder(index, Wanted(text, language))
        found = finder.find(5)
        facets = finder.facets()
    except SearchInputError:
        return
    assert found.total >= len(found.hits)
    assert sum(value.count for value in facets["document"]) == found.total


def test_a_release_without_an_index_says_how_to_get_one(project: Layout) -> None:
    """An older release, or one whose index has another format; a build gives it one."""
    made = release.build(project, Path("build"))
    place = made / textindex.FOLDER
    (place / textindex.FORMAT_FILE).write_text("0\n", encoding="utf-8")
    with pytest.raises(SearchUnavailableError, match=r"has format '0'.*run `kg build`"):
        OpenIndex(place)
    (place / textindex.FORMAT_FILE).unlink()
    with pytest.raises(SearchUnavailableError, match=r"has no full-text index.*run `kg build`"):
        OpenIndex(place)

    release.build(project, Path("build"))

    assert indexing.is_current(place)
    assert ids(search(OpenIndex(place), Wanted("vissers"), 5))[0] == "reply-2032/s001"
    assert [path.name for path in made.iterdir() if path.name.startswith(".")] == []


def test_two_builds_find_the_same(project: Layout) -> None:
    """The bytes of an index may differ, its answers may not."""
    one, two = (release.build(project, Path(name)) / textindex.FOLDER for name in ("one", "two"))

    for text in ("haven", "treaty", "", "elland verland"):
        assert search(OpenIndex(one), Wanted(text), 20) == search(OpenIndex(two), Wanted(text), 20)


def test_an_index_is_read_though_something_is_still_written_beside_it(
    harbours: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tantivy may write a file into the folder of links while that is taken away."""

    def still_in_use(*_: object, **__: object) -> None:
        raise OSError(errno.ENOTEMPTY, "Directory not empty")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with monkeypatch.context() as slow:
        slow.setattr(os, "rmdir", still_in_use)
        index = OpenIndex(harbours.path / textindex.FOLDER)

    assert search(index, Wanted("haven"), 1).total > 0


def test_an_index_can_be_read_by_somebody_else(harbours: Release) -> None:
    """Who serves it need not be who built it, and locks are not left behind."""
    files = list((harbours.path / textindex.FOLDER).iterdir())

    assert {file.stat().st_mode & 0o777 for file in files} == {0o644}
    assert [file.name for file in files if file.suffix == ".lock"] == []


def test_recall_on_our_own_data(own_data: Release) -> None:
    """Of the statements that people would look for, the first five hits have 95 in 100."""
    index = open_index(own_data)
    missed = [
        text
        for text, statements in WANTED.items()
        if not set(statements) <= {hit.iri.removeprefix(STATEMENT) for hit in search(index, Wanted(text), 5).hits}
    ]

    assert len(missed) <= len(WANTED) * 0.05, missed


@pytest.mark.parametrize(
    ("word", "known", "parts"),
    [
        ("mensenrechtenverdrag", {"mensenrechten", "mensen", "rechten", "verdrag"}, ("mensen", "rechten", "verdrag")),
        ("ontwikkelingssamenwerking", {"ontwikkeling", "samenwerking"}, ("ontwikkeling", "samenwerking")),
        ("verklaring", {"ver", "klaring"}, ()),
        ("verdrag", {"verdrag"}, ()),
    ],
)
def test_parts_of_compounds(word: str, known: set[str], parts: tuple[str, ...]) -> None:
    """Known words of four letters and more, with a link between them."""
    assert textindex.parts_of(word, known) == parts


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It's a_b: C3PO, 10-jarig\tPLAN\n", ["it", "s", "a", "b", "c3po", "10", "jarig", "plan"]),
        ("Één coördinatie_plan – 10 m²", ["een", "coordinatie", "plan", "10", "m2"]),
        ("-_-", []),
    ],
)
def test_texts_are_cut_into_folded_words(text: str, words: list[str]) -> None:
    """Texts with diacritics and without are cut at the same characters."""
    assert textindex.words_of(text) == words


def test_roots_bring_verbs_and_nouns_together() -> None:
    """What the stemmer keeps apart."""
    assert {textindex.root(word, "nl") for word in ("ratificeren", "ratificatie", "geratificeerd", "ratificeert")} == {"ratific"}
    assert {textindex.root(word, "en") for word in ("recommendation", "recommendations")} == {"recomend"}
