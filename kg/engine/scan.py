r"""A look at a query before it runs: its form, what it would reach out to, and how deep it nests.

In comes the text of a query; out goes a :class:`Scan`, or a refusal from :mod:`kg.engine.errors`. The pool is next.

This is a lexer, not a parser: Oxigraph says what is wrong with a query. It has to see every SERVICE that Oxigraph
would see, so it follows Oxigraph where that is laxer than the grammar (``SERVICEex:a{}`` and ``trueSERVICE<x>{}`` call
out; keywords need no boundary there), and where ``<`` may open an IRI or compare, it decides by the brackets around
it, as a parser would. Where two readings remain it refuses. The worker cannot open a socket all the same.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from kg.engine.errors import QueryRefusedError, QueryTooDeepError, QueryTooLongError
from kg.engine.limits import Limits

FORMS: Final = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
UPDATES: Final = frozenset(
    {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"},
)
_KEYWORDS: Final = (*sorted(FORMS), *sorted(UPDATES))

# SPARQL 1.1, section 19.8, productions 139 to 175. A name may end in dots here and in no grammar; see _suspect.
_NAME: Final = r"[\w\-.\u00b7]"
_TOKEN: Final = re.compile(
    rf"""
    (?P<space>[\s\ufeff]+|\#[^\n\r]*)
  | (?P<string>'''(?:'{{0,2}}(?:[^'\\]|\\.))*?'''|\"\"\"(?:\"{{0,2}}(?:[^\"\\]|\\.))*?\"\"\"
      |'(?:[^'\\\n\r]|\\[^\n\r])*'|\"(?:[^\"\\\n\r]|\\[^\n\r])*\")
  | (?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*>)
  | (?P<var>[?$]\w+)
  | (?P<name>(?:_|[^\W\d_]{_NAME}*)?:(?:{_NAME}|:|%[0-9A-Fa-f]{{2}}|\\[_~.\-!$&'()*+,;=/?\#@%])*)
  | (?P<lang>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
  | (?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)
  | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<punctuation><<|>>|\^\^|\{{\||\|\}}|&&|\|\||!=|<=|>=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_SERVICE: Final = re.compile("service", re.IGNORECASE)
_DOTTED_SERVICE: Final = re.compile(r"\.\w*service(?:silent)?$", re.IGNORECASE)
_CLAUSE: Final = re.compile("^SELECT|BY$|HAVING$|BY[^:]*:|HAVING[^:]*:", re.IGNORECASE)
_FILTER: Final = re.compile("FILTER", re.IGNORECASE)
_OPERANDS: Final = frozenset({"var", "string", "number", "name", "iri", "lang"})
_SURROGATES: Final = range(0xD800, 0xE000)
_CLOSERS: Final = {")": "(", "]": "[", "}": "{", ">>": "<<"}


@dataclass(frozen=True)
class Token:
    """A token other than space: its kind, its text (keywords in capitals), and where it starts."""

    kind: str
    text: str
    start: int


@dataclass(frozen=True)
class Scan:
    """What a query is, as far as a lexer can tell.

    :ivar text: the query with its codepoint escapes decoded, as the engine gets it
    :ivar form: SELECT, ASK, CONSTRUCT or DESCRIBE; empty if none was found
    :ivar depth: deepest nesting of brackets
    :ivar has_dataset: whether there is a FROM clause, so that the query says its own default graph
    :ivar star: offset of the ``*`` of an outermost ``SELECT *``
    :ivar variables: names in order of first appearance
    """

    text: str
    form: str
    depth: int
    has_dataset: bool
    star: int | None
    variables: tuple[str, ...]


@dataclass
class _Frame:
    """An open bracket; ``expression`` says whether ``<`` after an operand compares in it."""

    bracket: str
    expression: bool
    clause: bool = False


def scan(text: str, limits: Limits) -> Scan:
    """Check the text of a query and say what it is.

    :param text: query as the client sent it
    :raises QueryTooLongError: before anything else is looked at
    :raises QueryTooDeepError: if brackets nest deeper than ``limits.depth``
    :raises QueryRefusedError: for an update (SPARQL 1.1 Update, section 3) or SERVICE (Federated Query, section 2)
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > limits.query_kib * 1024:
        message = (
            f"The query has {size:,} bytes; this endpoint takes {limits.query_kib * 1024:,}. Shorten its VALUES, "
            "or download the data at /dumps/ and query it on your own machine."
        )
        raise QueryTooLongError(message)
    return _scan(text, limits.depth)


@lru_cache(maxsize=512)
def _scan(text: str, depth_limit: int) -> Scan:
    decoded, tokens, depth = tokenise(text)
    if depth > depth_limit:
        message = f"Brackets are nested {depth} deep; this endpoint takes {depth_limit}. Flatten groups and subqueries."
        raise QueryTooDeepError(message)
    form, at = _form(tokens)
    if form in UPDATES:
        message = (
            f"{form} is a SPARQL update and this endpoint is read-only: the graph changes only by a new release. "
            "Ask with SELECT, ASK, CONSTRUCT or DESCRIBE, or load a file of /dumps/ into a store of your own."
        )
        raise QueryRefusedError(message)
    _refuse_service(decoded, tokens)
    return Scan(
        text=decoded,
        form=form if form in FORMS else "",
        depth=depth,
        has_dataset=any(token.kind == "word" and "FROM" in token.text for token in tokens),
        star=_star(tokens, at) if form == "SELECT" else None,
        variables=tuple(dict.fromkeys(token.text[1:] for token in tokens if token.kind == "var")),
    )


def tokenise(text: str) -> tuple[str, list[Token], int]:
    """Decode codepoint escapes, and cut the text into tokens without spaces and comments.

    Escapes are decoded outside strings and IRIs (SPARQL 1.1, section 19.2); in those Oxigraph decodes them itself,
    where an escaped quote is a character and not the end of the string.

    :returns: the decoded text, its tokens, and the deepest nesting
    """
    if "\\u" in text or "\\U" in text:
        text = _decode(text)
    tokens, depth = _lex(text)
    return text, tokens, depth


def _lex(text: str) -> tuple[list[Token], int]:
    tokens: list[Token] = []
    frames = [_Frame("", expression=False, clause=True)]
    depth = 0
    position = 0
    while match := _TOKEN.match(text, position):
        kind = match.lastgroup or ""
        if kind == "iri" and frames[-1].expression and tokens and _ends_operand(tokens[-1]):
            token = Token("punctuation", "<", position)  # a comparison: no IRI can follow an operand in an expression
        elif kind == "punctuation" and match[0] == "<<" and frames[-1].expression and _ends_operand(tokens[-1]):
            token = Token("punctuation", "<", position)  # a comparison with an IRI or with a triple term
        else:
            token = Token(kind, match[0].upper() if kind == "word" else match[0], position)
        position += len(token.text)
        if kind == "space":
            continue
        _nest(frames, tokens, token)
        tokens.append(token)
        depth = max(depth, len(frames) - 1)
    return tokens, depth


def _ends_operand(token: Token) -> bool:
    return token.kind in _OPERANDS or token.text in {")", "}", ">>", "TRUE", "FALSE"}


def _nest(frames: list[_Frame], tokens: list[Token], token: Token) -> None:
    """Open or close a bracket, and note where expressions may stand."""
    frame = frames[-1]
    if _CLAUSE.search(token.text) and token.kind in {"word", "name"}:
        frame.clause = True
    elif token.kind != "punctuation":
        return
    elif token.text == "(":
        frames.append(_Frame("(", expression=frame.expression or frame.clause or _calls(tokens)))
        if tokens and tokens[-1].text == "<<":
            frames[-1].expression = False
    elif token.text in {"{", "[", "<<"}:
        if token.text == "{":
            frame.clause = not frame.bracket
        frames.append(_Frame(token.text, expression=False))
    elif token.text in _CLOSERS and len(frames) > 1 and frame.bracket == _CLOSERS[token.text]:
        frames.pop()


def _calls(tokens: list[Token]) -> bool:
    """Whether a parenthesis after these tokens holds an expression: after a keyword, or a function after FILTER."""
    if not tokens:
        return False
    last = tokens[-1]
    if last.kind == "word":
        return last.text != "A"
    if last.kind not in {"iri", "name"}:
        return False
    glued = bool(_FILTER.search(last.text.partition(":")[0]))  # FILTERxsd:string(
    return glued or (len(tokens) > 1 and tokens[-2].text.endswith("FILTER"))


def _decode(text: str) -> str:
    """Decode codepoint escapes outside strings, IRIs and comments."""
    parts = []
    position = 0
    for match in _TOKEN.finditer(text):
        if match.lastgroup in {"string", "iri", "space"}:
            parts += [_ESCAPE.sub(_character, text[position : match.start()]), match[0]]
            position = match.end()
    return "".join([*parts, _ESCAPE.sub(_character, text[position:])])


def _character(match: re.Match[str]) -> str:
    """Character of an escape; one that is no Unicode scalar value stays, and is a syntax error."""
    code = int(match[1] or match[2], 16)
    return match[0] if code in _SURROGATES or code > 0x10FFFF else chr(code)  # noqa: PLR2004 - last code point


def _form(tokens: list[Token]) -> tuple[str, int]:
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


def _refuse_service(text: str, tokens: list[Token]) -> None:
    if not _SERVICE.search(text):
        return
    for index, token in enumerate(tokens):
        if (token.kind == "word" and "SERVICE" in token.text) or _suspect(tokens, index):
            line = text.count("\n", 0, token.start) + 1
            message = (
                f"SERVICE on line {line}: this endpoint opens no connections on behalf of a query. Query the other "
                "endpoint from your own tool, or download the data at /dumps/ and join the two there."
            )
            raise QueryRefusedError(message)


def _suspect(tokens: list[Token], index: int) -> bool:
    """Whether Oxigraph may read a prefixed name as SERVICE: ``SERVICEex:a {``, or ``ex:a.b.SERVICE <x> {``."""
    token = tokens[index]
    if token.kind != "name":
        return False
    following = [after.text for after in tokens[index + 1 : index + 4]]
    prefix, _, local = token.text.partition(":")
    if _SERVICE.search(prefix):
        return following[:1] == ["{"] and (index == 0 or tokens[index - 1].text != "GRAPH")
    if _DOTTED_SERVICE.search(local):
        return "{" in (following[1:2] if following[:1] != ["SILENT"] else following[2:3])
    # ex:a.SERVICEex:b {  — one name here, a name and a call there
    return bool(re.search(r"\.\w*service", local, re.IGNORECASE)) and following[:1] == ["{"]
