"""The languages of the pages: every text in both, and the choice between them."""

import re
from pathlib import Path

import pytest

from kg.queries import read_queries
from kg.search.register import COLLECTIONS
from kg.textindex import FACETS
from kg.web import downloads
from kg.web.coded import KINDS
from kg.web.language import LANGUAGES, Visit, preferred, texts
from kg.web.roles import ROLES

TEMPLATES = Path(__file__).parents[2] / "kg" / "web" / "templates"
SCRIPTS = TEMPLATES.parent / "static" / "sparql"
QUERIES = Path(__file__).parents[2] / "queries"
GROUPS = {
    "property",
    "class",
    "facet",
    "collection",
    "tag",
    "file",
    "role",
    "asks",
    "severity",
    "value",
    "picture",
    "script",
    "kind",
}
"""Groups of texts that are looked up by what they name."""


def test_every_text_is_in_both_languages_with_the_same_values() -> None:
    """A page is complete in each of them."""
    for key, by_language in texts().items():
        assert set(by_language) == set(LANGUAGES), key
        assert all(by_language.values()), key
        assert len({frozenset(re.findall(r"{(\w+)}", text)) for text in by_language.values()}) == 1, key


def test_texts_are_those_that_are_used() -> None:
    """None is missing, and none is left over: each stands in a template or a module, or in a group where it is looked up."""
    templates = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.*"))
    modules = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.parent.glob("*.py"))
    asked = set(re.findall(r"_\('([a-zA-Z_]+\.[a-zA-Z_]+)'[,)]", templates))
    written = {key for key in texts() if f"'{key}'" in templates or f'"{key}"' in modules}

    assert asked <= set(texts())
    assert {key for key in texts() if key.partition(".")[0] not in GROUPS} <= written


def test_groups_have_what_is_looked_up_in_them() -> None:
    """Facets and collections of the search, kinds of files, tags of our queries, values; properties are looked up if they are there."""
    group: dict[str, set[str]] = {}
    for key in texts():
        name, _, rest = key.partition(".")
        group.setdefault(name, set()).add(rest)

    assert group["facet"] == {*FACETS, "section"}
    assert group["role"] == {*ROLES, "roles", "within", "compare", "fitting", "all", "cut"}
    assert group["collection"] == set(COLLECTIONS)
    assert group["tag"] == {tag for query in read_queries(QUERIES) for tag in query.tags}
    assert {f"file.{key}" for key in group["file"]} == {kind.text for kind in downloads.KINDS.values()}
    assert group["value"] == {"en", "nl"}
    assert group["kind"] == set(KINDS)


def test_scripts_say_what_is_written_for_them() -> None:
    """Each text by its key, and the kinds of chart and of terms by their names; what is put in has the name that the text gives it."""
    written = {key.removeprefix("script.") for key in texts() if key.startswith("script.")}
    code = "".join(path.read_text(encoding="utf-8") for path in SCRIPTS.glob("*.js"))
    said = set(re.findall(r'\bsay\("(\w+)"', code))

    assert written == said | {"class", "property", "chart_bar", "chart_line", "chart_scatter"}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "en"),
        ("nl", "nl"),
        ("nl-BE, en;q=0.7", "nl"),
        ("fr", "en"),
        ("en;q=0.5, nl-NL;q=0.8", "nl"),
        ("*", "en"),
        ("en;q=0, nl", "nl"),
    ],
)
def test_preferred_language(header: str, expected: str) -> None:
    """RFC 9110, section 12.5.4; English where neither is wanted."""
    assert preferred(header) == expected


def test_links_keep_the_chosen_language() -> None:
    """In front of the fragment, behind other parameters; unchosen, links stay as they are."""
    chosen = Visit.of("/search", "q=a+b&lang=nl&page=2", "en")
    unchosen = Visit.of("/search", "q=a+b", "nl")

    assert chosen.link("/page/agent/x#part") == "/page/agent/x?lang=nl#part"
    assert chosen.link("/sparql?query=ASK") == "/sparql?query=ASK&lang=nl"
    assert chosen.switch("en") == "/search?q=a+b&page=2&lang=en"
    assert chosen.link("http://www.w3.org/2002/07/owl#sameAs") == "http://www.w3.org/2002/07/owl#sameAs"
    assert (unchosen.language, unchosen.link("/x"), unchosen.switch("en")) == ("nl", "/x", "/search?q=a+b&lang=en")


def test_an_unknown_language_is_not_chosen() -> None:
    """The browser's preference holds then."""
    assert Visit.of("/", "lang=xx", "nl") == Visit("nl", chosen=False, path="/")
