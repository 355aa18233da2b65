"""Cut the text of a query into tokens, as Oxigraph would.

In comes text; out go :class:`Token` records without spaces and comments. :mod:`kg.engine.clauses` and :mod:`kg.engine.scan`
read them. It follows Oxigraph where that is laxer than the grammar (keywords need no boundary there), and where ``<`` may
open an IRI or compare, it decides by the brackets around it, as a parser would.
"""

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from kg.engine.errors import QuerySyntaxError

# SPARQL 1.1, section 19.8, productions 139 to 175. A name may end in dots here and in no grammar; see clauses._suspect.
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
_RUN: Final = re.compile(r"[\w\-.\u00b7]++")
_NAMELESS: Final = re.compile(
    re.sub(r"\n  \| \(\?P<name>.*?(?=\n  \| )", "", _TOKEN.pattern, flags=re.DOTALL), re.VERBOSE | re.DOTALL
)
"""Tokens where no name can stand."""
_UNCLOSED: Final = 16
"""Quotation marks that close nothing; each costs a look at the rest of the text."""
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
DOTTED: Final = re.compile(r"\.[A-Za-z_]+$")
"""A name that Oxigraph may take for a name, a dot and a keyword."""

_FILTER: Final = re.compile("FILTER", re.IGNORECASE)
_OPERANDS: Final = frozenset({"var", "string", "number", "name", "iri", "lang"})
_NESTING: Final = frozenset({"word", "name", "punctuation"})
_SURROGATES: Final = range(0xD800, 0xE000)
_CLOSERS: Final = {")": "(", "]": "[", "}": "{", ">>": "<<"}
_OPENERS: Final = {"(": ")", "{": "}", "[": "]"}


class Token(NamedTuple):
    """A token other than space: its kind, its text (keywords in capitals), and where it starts."""

    kind: str
    text: str
    start: int


@dataclass(slots=True)
class _Frame:
    """An open bracket; ``expression`` says whether ``<`` after an operand compares in it."""

    bracket: str
    expression: bool
    clause: bool = False


class Brackets:
    """Which bracket closes which, and in which each token stands, by index; -1 is none."""

    def __init__(self, tokens: list[Token]) -> None:
        self.closer: dict[int, int] = {}
        self.parent: list[int] = []
        stack: list[int] = []
        for index, token in enumerate(tokens):
            if token.kind == "punctuation" and stack and token.text == _OPENERS[tokens[stack[-1]].text]:
                self.closer[stack.pop()] = index
            self.parent.append(stack[-1] if stack else -1)
            if token.kind == "punctuation" and token.text in _OPENERS:
                stack.append(index)


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


class _Matcher:
    """Matches tokens in a time that grows with the length of the text and not with its square."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._run_end = 0
        self._named = True
        self._unclosed = 0

    def match(self, position: int) -> re.Match[str] | None:
        """The token at a position; None at the end.

        :raises QuerySyntaxError: if there are too many quotation marks that close nothing
        """
        if position >= self._run_end and (run := _RUN.match(self._text, position)):
            # a stretch of characters of names with no colon behind it has no name in it, wherever one starts
            self._run_end = run.end()
            self._named = self._text.startswith(":", run.end())
        plain = position < self._run_end and not self._named
        match = (_NAMELESS if plain else _TOKEN).match(self._text, position)
        opens = self._text.startswith(("'''", '"""'), position)
        if match and ((opens and match.end() < position + 6) or match[0] in {"'", '"'}):
            self._unclosed += 1
            if self._unclosed > _UNCLOSED:
                line = self._text.count("\n", 0, position) + 1
                raise QuerySyntaxError(f"Line {line}: a string is not closed; expected {match[0][0]}", line)
        return match


def _is_clause(text: str) -> bool:
    """Whether expressions may stand in parentheses after a keyword, which may be glued to a name."""
    upper = text.upper()
    colon = upper.rfind(":")
    return (
        upper.startswith("SELECT")
        or upper.endswith(("BY", "HAVING"))
        or any(0 <= upper.find(word) < colon for word in ("BY", "HAVING"))
    )


def _lex(text: str) -> tuple[list[Token], int]:
    tokens: list[Token] = []
    frames = [_Frame("", expression=False, clause=True)]
    depth = 0
    position = 0
    matcher = _Matcher(text)
    while match := matcher.match(position):
        kind = match.lastgroup or ""
        position = match.end()
        if kind == "space":
            continue
        found, start = match[0], match.start()
        compares = found[0] == "<" and frames[-1].expression and tokens and _ends_operand(tokens[-1])
        if compares and (kind == "iri" or found == "<<"):
            # a comparison, with an IRI or a triple term: no IRI can follow an operand in an expression
            kind, found, position = "punctuation", "<", start + 1
        token = Token(kind, found.upper() if kind == "word" else found, start)
        if kind in _NESTING:
            _nest(frames, tokens, token)
            depth = max(depth, len(frames) - 1)
        tokens.append(token)
    return tokens, depth


def _ends_operand(token: Token) -> bool:
    return token.kind in _OPERANDS or token.text in {")", "}", ">>", "TRUE", "FALSE"}


def _nest(frames: list[_Frame], tokens: list[Token], token: Token) -> None:
    """Open or close a bracket, and note where expressions may stand."""
    frame = frames[-1]
    if token.kind != "punctuation":
        if _is_clause(token.text):
            frame.clause = True
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
    end = 0
    matcher = _Matcher(text)
    while match := matcher.match(end):
        end = match.end()
        if match.lastgroup in {"string", "iri", "space"}:
            parts += [_ESCAPE.sub(_character, text[position : match.start()]), match[0]]
            position = match.end()
    return "".join([*parts, _ESCAPE.sub(_character, text[position:])])


def _character(match: re.Match[str]) -> str:
    """Character of an escape; one that is no Unicode scalar value stays, and is a syntax error."""
    code = int(match[1] or match[2], 16)
    return match[0] if code in _SURROGATES or code > 0x10FFFF else chr(code)  # noqa: PLR2004 - last code point


def names(tokens: list[Token]) -> tuple[str, ...]:
    """Names of variables, in order of first appearance."""
    return tuple(dict.fromkeys(token.text[1:] for token in tokens if token.kind == "var"))


def mentions(tokens: list[Token], words: re.Pattern[str]) -> bool:
    """Whether a keyword, or a name that is called, has one of the words in it; keywords need no boundary."""
    for index, token in enumerate(tokens):
        called = token.kind == "name" and index + 1 < len(tokens) and tokens[index + 1].text == "("
        if (token.kind == "word" or called) and words.search(token.text):
            return True
    return False
