r"""A look at a query before it runs: its form, what it would reach out to, and how deep it nests.

In comes the text of a query; out goes a :class:`Scan`, or a refusal from :mod:`kg.engine.errors`. The pool is next, or, where
there is a SERVICE, :mod:`kg.engine.federation`.

This is a lexer, not a parser: Oxigraph says what is wrong with a query. It has to see every SERVICE that Oxigraph
would see; :mod:`kg.engine.tokens` and :mod:`kg.engine.clauses` say how. Where two readings remain it refuses. The worker cannot
open a socket all the same.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from kg.engine.clauses import ServiceCall, dataset, is_volatile, service_calls, where_group
from kg.engine.errors import QueryRefusedError, QueryTooDeepError, QueryTooLongError
from kg.engine.limits import Limits
from kg.engine.prologue import Prologue
from kg.engine.tokens import Brackets, Token, names, tokenise
from kg.namespaces import SEARCH_SERVICE

FORMS: Final = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
UPDATES: Final = frozenset(
    {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"},
)
_KEYWORDS: Final = (*sorted(FORMS), *sorted(UPDATES))
_REMARKABLE: Final = ("service", "from", "now", "rand", "uuid", "bnode")
_STAR: Final = re.compile(r"(?:\s|#[^\n\r]*[\n\r])*+(?:(?:DISTINCT|REDUCED)(?:\s|#[^\n\r]*[\n\r])*+)?[*]", re.IGNORECASE)
_PLAIN_IRI: Final = re.compile(r"<[a-z]+:[^<>\"{}|^`\\\x00-\x20?$]*>", re.IGNORECASE)
"""An IRI, and nothing else: in a comparison of two variables without spaces there would be ``?`` or ``$``."""
_COMMENT: Final = re.compile(r"#[^\n\r]*")
_VARIABLE: Final = re.compile(r"[?$](\w+)")
_OPENING: Final = re.compile(
    r"(?:\s|#[^\n\r]*[\n\r]|(?:PREFIX\s+[A-Za-z0-9_-]*:\s*|BASE\s+)<[^<>\"{}|^`\x00-\x20]*>)*+(SELECT|ASK|CONSTRUCT|DESCRIBE)\b",
    re.IGNORECASE | re.ASCII,
)
_NO_PROLOGUE: Final = Prologue("", frozenset(), clear=False)


@dataclass(frozen=True)
class Scan:
    """What a query is, as far as a lexer can tell.

    :ivar text: the query with its codepoint escapes decoded, as the engine gets it
    :ivar form: SELECT, ASK, CONSTRUCT or DESCRIBE; empty if none was found
    :ivar depth: deepest nesting of brackets; no less than it, after a glance
    :ivar has_dataset: whether there is a FROM clause, so that the query says its own default graph
    :ivar star: offset of the ``*`` of an outermost ``SELECT *``
    :ivar variables: names in order of first appearance, where there is a star
    :ivar form_start: offset of the form
    :ivar where: offsets of the braces of the outermost group; None if there is none, or it is not closed
    :ivar prologue: its declarations
    :ivar from_graphs: IRIs of ``FROM``; empty, too, if some cannot be read
    :ivar from_named: IRIs of ``FROM NAMED``; empty, too, if some cannot be read
    :ivar dataset_clear: whether these are all
    :ivar volatile: whether it may give another answer each time on the same data, so that no answer may be kept
    :ivar services: SERVICE clauses that stand in no other, in the order of the text
    """

    text: str
    form: str
    depth: int
    has_dataset: bool
    star: int | None
    variables: tuple[str, ...]
    form_start: int = 0
    where: tuple[int, int] | None = None
    prologue: Prologue = _NO_PROLOGUE
    from_graphs: tuple[str, ...] = ()
    from_named: tuple[str, ...] = ()
    dataset_clear: bool = True
    volatile: bool = True
    services: tuple[ServiceCall, ...] = ()

    def resolved(self, text: str) -> "Scan":
        """Scan of the query whose SERVICE clauses were replaced in ``text``.

        What stands before the outermost group is as it was, and so is the offset of a star.
        """
        return replace(self, text=text, services=())


def scan(text: str, limits: Limits, *, federated: bool = False, closely: bool = False) -> Scan:
    """Check the text of a query and say what it is. The limits are on this text, not on what it is rewritten to.

    :param text: query as the client sent it
    :param federated: whether the caller resolves ``services`` before the query runs; otherwise SERVICE is refused
    :param closely: whether all of the scan is needed; otherwise, of a plain query, ``form_start``, ``where`` and ``prologue``
        are left out
    :raises QueryTooLongError: before anything else is looked at
    :raises QueryTooDeepError: if brackets nest deeper than ``limits.depth``
    :raises QuerySyntaxError: if the group of a SERVICE is not closed
    :raises QueryRefusedError: for an update (SPARQL 1.1 Update, section 3) or SERVICE (Federated Query, section 2)
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > limits.query_kib * 1024:
        message = (
            f"The query has {size:,} bytes; this endpoint takes {limits.query_kib * 1024:,}. Shorten its VALUES, "
            "or download the data at /dumps/ and query it on your own machine."
        )
        raise QueryTooLongError(message)
    checked = (None if closely else glance(text, limits.depth)) or _scan(text, limits.depth)
    if checked.services and not federated:
        message = (
            f"SERVICE on line {checked.services[0].line}: this endpoint opens no connections on behalf of a query. Query the "
            "other endpoint from your own tool, or download the data at /dumps/ and join the two there."
        )
        raise QueryRefusedError(message)
    return checked


@lru_cache(maxsize=32)  # a query is looked at when it comes, and when it runs
def glance(text: str, depth_limit: int) -> Scan | None:
    """Scan of a query in which nothing can be hidden, without cutting it into tokens: what most queries need, in a tenth of the time.

    It is ASCII and has no codepoint escapes, which only a backslash starts; none of the words that matter stands anywhere in it, in
    whatever role; and its form is the first word after a prologue.

    :returns: None where a closer look is needed
    """
    if not text.isascii() or "\\" in text:
        return None
    small = text.lower()
    for word in _REMARKABLE:
        if word in small:
            return None
    match = _OPENING.match(text)
    if match is None:
        return None
    form = match[1].upper()
    star = _STAR.match(text, match.end()) if form == "SELECT" else None
    variables: tuple[str, ...] = ()
    if star is not None:
        rest = _COMMENT.sub(" ", _PLAIN_IRI.sub(" ", text[star.end() :]))
        if "<" in rest or '"' in rest or "'" in rest:
            return None
        variables = tuple(dict.fromkeys(_VARIABLE.findall(rest)))
    brackets = text.count("{") + text.count("(") + text.count("[") + text.count("<<")
    if brackets > depth_limit:
        return None
    at = None if star is None else star.end() - 1
    return Scan(text, form, brackets, has_dataset=False, star=at, variables=variables, volatile=False)


@lru_cache(maxsize=32)
def _scan(text: str, depth_limit: int) -> Scan:
    decoded, tokens, depth = tokenise(text)
    if depth > depth_limit:
        message = f"Brackets are nested {depth} deep; this endpoint takes {depth_limit}. Flatten groups and subqueries."
        raise QueryTooDeepError(message)
    form, at = form_of(tokens)
    if form in UPDATES:
        message = (
            f"{form} is a SPARQL update and this endpoint is read-only: the graph changes only by a new release. "
            "Ask with SELECT, ASK, CONSTRUCT or DESCRIBE, or load a file of /dumps/ into a store of your own."
        )
        raise QueryRefusedError(message)
    brackets = Brackets(tokens)
    where = where_group(tokens, at, brackets) if form else -1
    prologue = Prologue.of(tokens[:at])
    graphs = dataset(tokens, at, where, brackets, prologue)
    services = service_calls(decoded, tokens, brackets, where, prologue)
    close = brackets.closer.get(where)
    return Scan(
        text=decoded,
        form=form if form in FORMS else "",
        depth=depth,
        has_dataset=graphs.present,
        star=_star(tokens, at) if form == "SELECT" else None,
        variables=names(tokens),
        form_start=tokens[at].start if form else 0,
        where=(tokens[where].start, tokens[close].start) if close is not None else None,
        prologue=prologue,
        from_graphs=graphs.default,
        from_named=graphs.named,
        dataset_clear=graphs.clear,
        volatile=any(call.endpoint not in SEARCH_SERVICE for call in services) or is_volatile(tokens),
        services=services,
    )


def form_of(tokens: list[Token]) -> tuple[str, int]:
    """First keyword after the prologue (SPARQL 1.1, production 4), and its index.

    Oxigraph takes ``SELECTDISTINCT`` and ``DESCRIBEex:a`` as well.
    """
    for index, token in enumerate(tokens):
        if token.text == "{":
            break
        declared = index > 0 and tokens[index - 1].text == "PREFIX"
        if token.kind == "word" or (token.kind == "name" and not declared):
            keyword = next((word for word in _KEYWORDS if token.text.upper().startswith(word)), "")
            if keyword:
                return keyword, index
    return "", 0


def _star(tokens: list[Token], index: int) -> int | None:
    """Offset of the star in ``SELECT [DISTINCT|REDUCED] *`` (production 9)."""
    for token in tokens[index + 1 : index + 3]:
        if token.text == "*":
            return token.start
        if token.text not in {"DISTINCT", "REDUCED"}:
            break
    return None
