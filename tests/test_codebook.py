"""The codebook as HTML: anchors, links to terms, values and statements; nothing of it is run or styled."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.codebook import Heading, Names, Rule, parse, read_codebook
from kg.namespaces import ID, POL
from tests.project import ROOT

TEXT = """# Codebook, version 2.5

Words before, with <script>alert(1)</script> and [a file](../docs/x.md), [a page](https://example.org/a).

## 1. Kinds

**Demand.** Something is asked: `Demand`, `action: sign`, `kind: Claim`, `kg check`.

**Nothing** is also bold.

## 2. Keys

| key | write | n |
|---|---|---:|
| `topics` | one to five; see `speaker` | 1 |
| `stance` | `supports`, `mixed` | 2 |

`supports`, `mixed` and `ratify` in a sentence.

## 2. Keys

| case | example |
|---|---|
| one | harbour-2031/s001, s002 and s999 |

```yaml
a: <b>
```
"""
TERMS = ("Demand", "Claim", "action", "topic", "stance", "supports", "speaker")
CONCEPTS = {
    f"{ID}action/sign": "/sign",
    f"{ID}action/ratify": "/ratify",
    f"{ID}stance/supports": "/for",
    f"{ID}stance/mixed": "/mixed-stance",
    f"{ID}polarity/mixed": "/mixed-polarity",
}
KEYS = {"topics": f"{POL}topic", **{name: POL + name for name in ("action", "stance", "supports", "speaker")}}
BASES = {"action": f"{ID}action/", "stance": f"{ID}stance/"}
NAMES = Names({name: POL + name for name in TERMS}, CONCEPTS, KEYS, BASES)


def html(text: str) -> str:
    """The text as HTML; terms lead to their IRIs, and three statements exist."""
    known = {"harbour-2031/s001", "harbour-2031/s002"}
    return parse(text, NAMES).html(lambda target: target, lambda name: f"/{name}" if name in known else "")


def test_headings_have_anchors_of_their_own() -> None:
    """The title is the page's; two headings that are alike have different anchors."""
    codebook = parse(TEXT, NAMES)

    assert codebook.version == "2.5"
    assert codebook.contents == (
        Heading(2, "1. Kinds", "1-kinds"),
        Heading(2, "2. Keys", "2-keys"),
        Heading(2, "2. Keys", "2-keys-2"),
    )
    assert re.findall(r'<h2 id="([^"]*)">', html(TEXT)) == ["1-kinds", "2-keys", "2-keys-2"]
    assert "<h1" not in html(TEXT)


@pytest.mark.parametrize(
    "expected",
    [
        f'<a href="{POL}Demand"><code>Demand</code></a>',
        f'<a href="{POL}action"><code>action</code></a><code>: </code><a href="/sign"><code>sign</code></a>',
        f'<code>kind</code><code>: </code><a href="{POL}Claim"><code>Claim</code></a>',
        "<code>kg check</code>",
        f'<td><a href="{POL}topic"><code>topics</code></a></td>',
        '<td><a href="/for"><code>supports</code></a>, <a href="/mixed-stance"><code>mixed</code></a></td>',
        f'<p><a href="{POL}supports"><code>supports</code></a>, <code>mixed</code> and <a href="/ratify"><code>ratify</code></a>',
        '<td><a href="/harbour-2031/s001">harbour-2031/s001</a>, <a href="/harbour-2031/s002">s002</a> and s999</td>',
    ],
)
def test_what_stands_between_backticks_leads_to_its_definition(expected: str) -> None:
    """A term, a key, the value of a key; a value alone if only one scheme has it; a statement in a table if it exists."""
    assert expected in html(TEXT)


def test_a_term_knows_its_rule() -> None:
    """Its own row or paragraph first, then other places that name it; a value in the row of a key is no term."""
    rules = parse(TEXT, NAMES).rules

    assert rules[f"{POL}Demand"] == (Rule("rule-Demand", "1. Kinds", own=True),)
    assert rules[f"{POL}topic"] == (Rule("rule-topic", "2. Keys", own=True),)
    assert rules[f"{POL}speaker"] == (Rule("2-keys", "2. Keys", own=False),)
    assert rules[f"{POL}supports"] == (Rule("2-keys", "2. Keys", own=False),)
    assert '<p id="rule-Demand">' in html(TEXT)
    assert '<tr id="rule-topic">' in html(TEXT)


def test_markup_in_the_text_is_text() -> None:
    """No raw HTML, no style, no link to a file that the site does not have."""
    found = html(TEXT)

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in found
    assert "<code>a: &lt;b&gt;" in found
    assert "style=" not in found
    assert "../docs" not in found
    assert '<a href="https://example.org/a" rel=noreferrer>a page</a>' in found


class _Elements(HTMLParser):
    """Names of the elements of a text, and of their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name == "href"}


@given(
    st.lists(
        st.sampled_from(
            [*"`*_|[](<>:-#&!\"'\n ", "action", "sign", "s001", "javascript:", "<img src=x>", "\n\n| a |\n|---:|\n| "]
        )
    )
)
def test_no_text_makes_an_element_that_is_not_ours(parts: list[str]) -> None:
    """Whatever is written: no script, image, style or handler, and no link but to the web or to a part of the page."""
    found = _Elements(html("".join(parts)))

    assert found.names.isdisjoint({"script", "img", "style", "iframe", "svg"})
    assert found.attributes <= {"id", "class", "href", "rel", "tabindex", "role", "aria-labelledby", "scope", "start"}
    assert {link for link in found.links if not link.startswith(("https://", "http://", "#", "/"))} == set()


def test_the_codebook_of_the_project(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each kind has its rule, and so has each key of a statement that is a term."""
    folder = ROOT / "mappings"
    kinds = ("Demand", "Commitment", "Principle", "Claim", "Assessment", "Response")
    keys = (
        "speaker",
        "reportedBy",
        "addressee",
        "action",
        "object",
        "stance",
        "polarity",
        "responseValue",
        "beneficiary",
        "topic",
        "frame",
    )
    codebook = read_codebook(folder, Names({name: POL + name for name in (*kinds, *keys)}, {}))

    assert codebook is not None
    assert codebook.version == "1.2"
    assert [heading.text for heading in codebook.contents][-1] == "Decisions"
    assert {name for name in (*kinds, *keys) if not any(rule.own for rule in codebook.rules.get(POL + name, ()))} == set()
    assert read_codebook(tmp_path_factory.mktemp("none"), NAMES) is None
