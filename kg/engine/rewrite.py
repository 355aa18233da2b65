"""A query of a stranger, written anew in SPARQL that every store reads alike, before it is sent to another store.

In comes the text that :mod:`kg.engine.scan` let pass; out goes the same query without prologue, comments and dataset
clauses, with every name as an IRI in full and the columns of ``SELECT *`` by name. :mod:`kg.engine.translate` has the
syntax checked before and after; :mod:`kg.engine.remote` sends it with the dataset as parameters of the protocol.

Stores read more than SPARQL: Virtuoso takes ``define`` pragmas, SQL, and calls any of its procedures as a function;
Jena calls Java. So nothing is sent but what the grammar of SPARQL 1.1 has, no function but those that it defines, and
no IRI of a scheme by which a store may know something else than a resource.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kg.engine.errors import QueryRefusedError, QuerySyntaxError
from kg.engine.scan import FORMS
from kg.engine.tokens import Token, tokenise
from kg.namespaces import XSD, graph_iri

SCHEMES: Final = frozenset({"http", "https", "urn", "mailto", "tel", "tag", "info", "doi", "ftp"})
"""Schemes of IRIs that are sent. ``bif:`` and ``sql:`` are procedures to Virtuoso, ``java:`` a class to Jena."""

NOTHING: Final = graph_iri("-")
"""A graph that no release has. An empty dataset is sent as this one, as Virtuoso takes no graph at all for every graph."""

_VIRTUOSO: Final = "http://www.openlinksw.com/"
_BRACKETS: Final = {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}


@dataclass(frozen=True)
class Names:
    """The parts of a query that need its prologue to be understood.

    :ivar prologue: text of its BASE and PREFIX declarations (SPARQL 1.1, production 4)
    :ivar names: IRIs and prefixed names after the prologue as they are written, each once, in order
    """

    prologue: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Dataset:
    """What a query may see.

    :ivar graphs: IRIs of the graphs of the release
    :ivar default_graphs: ``default-graph-uri`` of the request; empty if not given
    :ivar named_graphs: ``named-graph-uri`` of the request; empty if not given
    """

    graphs: tuple[str, ...]
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()

    def choose(self, default: tuple[str, ...], named: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Default graphs and named graphs that are sent, of the release's graphs alone; another graph is an empty one.

        The request's dataset goes before the query's (SPARQL 1.1 Protocol, section 2.1.4); with neither, the default graph
        is the union of the graphs, and all of them are named.

        :param default: IRIs of the FROM clauses
        :param named: IRIs of the FROM NAMED clauses
        """
        if self.default_graphs or self.named_graphs:
            default, named = self.default_graphs, self.named_graphs
        elif not default and not named:
            default = named = self.graphs
        known = frozenset(self.graphs)
        first, second = (tuple(iri for iri in dict.fromkeys(given) if iri in known) for given in (default, named))
        return first or (NOTHING,), second or (NOTHING,)


@dataclass(frozen=True)
class Rewritten:
    """A query for another store.

    :ivar text: the query, without dataset clauses
    :ivar default_graphs: IRIs of the graphs whose union is its default graph
    :ivar named_graphs: IRIs of its named graphs
    """

    text: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]


def names_of(text: str) -> Names:
    """Names that are to be resolved before :func:`rewrite`.

    :param text: as :func:`kg.engine.scan.scan` gives it
    :raises QuerySyntaxError: if a keyword is glued to what follows it
    """
    _, tokens, _ = tokenise(text)
    start = _prologue(tokens)
    end = tokens[start].start if start < len(tokens) else len(text)
    if start == len(tokens) or tokens[start].text not in FORMS:
        raise _glued(text, end)
    names = dict.fromkeys(_name(token) for token in tokens[start:] if _is_name(token))
    return Names(text[: tokens[start].start], tuple(names))


def rewrite(text: str, iris: Mapping[str, str], star: int | None, columns: Sequence[str], dataset: Dataset) -> Rewritten:
    """Write a query anew.

    A ``GRAPH`` of an IRI outside the dataset is written as one of :data:`NOTHING`: Virtuoso 7.2.5 takes the former for a
    pattern that always matches.

    :param text: as :func:`kg.engine.scan.scan` gives it, and valid
    :param iris: IRI in full of each of :func:`names_of`
    :param star: offset of the ``*`` of an outermost ``SELECT *``
    :param columns: names of the variables that the star stands for
    :param dataset: what it may see
    :raises QueryRefusedError: if the query calls a function that SPARQL 1.1 does not define, or has an IRI of another scheme
    :raises QuerySyntaxError: if a keyword is glued to what follows it
    """
    _, tokens, _ = tokenise(text)
    start = _prologue(tokens)
    clauses, default, named = _clauses(text, tokens, start, iris)
    default, named = dataset.choose(default, named)
    pieces: list[str] = []
    absent = False
    end = tokens[start].start
    for index in range(start, len(tokens)):
        token = tokens[index]
        pieces.append(" " if token.start > end else "")
        end = token.start + len(token.text)
        if index in clauses:
            pieces.append(" ")
        elif _is_name(token):
            name = _name(token)
            iri = iris[name]
            if tokens[index - 1].text == "GRAPH" and iri not in named:
                iri, absent = NOTHING, True
            _permit(text, token, iri, called=index + 1 < len(tokens) and tokens[index + 1].text == "(")
            pieces.append(f"{'' if pieces[-2:-1] == ['^^'] else ' '}<{iri}> {token.text[len(name) :]}")
        elif token.start == star and columns:
            pieces.append(" " + " ".join(f"?{name}" for name in columns) + " ")
        else:
            pieces.append(text[token.start : end])
    if absent and NOTHING not in named:
        named = (*named, NOTHING)
    return Rewritten("".join(pieces).strip(), default, named)


def _prologue(tokens: Sequence[Token]) -> int:
    """Index of the first token after the prologue."""
    index = 0
    while index < len(tokens) and tokens[index].kind == "word":
        kinds = [token.kind for token in tokens[index + 1 : index + 3]]
        if tokens[index].text == "BASE" and kinds[:1] == ["iri"]:
            index += 2
        elif tokens[index].text == "PREFIX" and kinds == ["name", "iri"]:
            index += 3
        else:
            break
    return index


def _is_name(token: Token) -> bool:
    return token.kind == "iri" or (token.kind == "name" and not token.text.startswith("_:"))


def _name(token: Token) -> str:
    """The name alone: the dots at its end are the lexer's, as no name ends in one (SPARQL 1.1, production 169)."""
    return token.text if token.kind == "iri" else token.text.rstrip(".")


def _clauses(
    text: str, tokens: Sequence[Token], start: int, iris: Mapping[str, str]
) -> tuple[set[int], tuple[str, ...], tuple[str, ...]]:
    """Indexes of the tokens of the dataset clauses, and their IRIs (SPARQL 1.1, productions 13 to 16)."""
    found: set[int] = set()
    default: list[str] = []
    named: list[str] = []
    depth = 0
    for index in range(start, len(tokens)):
        token = tokens[index]
        depth += _BRACKETS.get(token.text, 0)
        if token.kind != "word" or "FROM" not in token.text:
            continue
        target = index + 1
        if target < len(tokens) and tokens[target].text == "NAMED":
            target += 1
        if token.text != "FROM" or depth or target >= len(tokens) or not _is_name(tokens[target]):
            raise _glued(text, token.start)
        (named if target - index > 1 else default).append(iris[_name(tokens[target])])
        found.update(range(index, target + 1))
    return found, tuple(default), tuple(named)


def _permit(text: str, token: Token, iri: str, *, called: bool) -> None:
    """Refuse an IRI that a store may take for more than a name.

    A name before ``(`` is a call, or the predicate of a list, of which the graph has none; both are refused alike.
    """
    line = text.count("\n", 0, token.start) + 1
    if called and not iri.startswith(XSD):
        raise QueryRefusedError(
            f"Line {line}: {token.text} is called as a function. This endpoint knows the functions of SPARQL 1.1 and the "
            "casts of xsd:, and no others; lists in parentheses are not in the graph. Leave it out."
        )
    scheme = iri.partition(":")[0].lower()
    if scheme not in SCHEMES or iri.startswith(_VIRTUOSO):
        raise QueryRefusedError(
            f"Line {line}: {token.text} is the IRI of no resource of this graph but an instruction to some stores. This "
            f"endpoint takes IRIs of the schemes {', '.join(sorted(SCHEMES))}. Leave it out."
        )


def _glued(text: str, start: int) -> QuerySyntaxError:
    """Error for a spelling that Oxigraph takes and the grammar does not, such as ``FROMNAMED<x>`` or ``SELECTDISTINCT``."""
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    found = repr(text[start : start + 40].split("\n", maxsplit=1)[0]) if start < len(text) else "the end of the query"
    return QuerySyntaxError(
        f"Line {line}, column {column}: found {found}. Write a space between each keyword and what follows it.", line, column
    )
