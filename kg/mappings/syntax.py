"""YAML that cannot be parsed: where a coder must mend it, and how.

In: the text and libyaml's error. Out: a :class:`~kg.errors.Finding`. libyaml notices an error where it gives up, which can be
hundreds of lines below the place to mend, and speaks of tokens and simple keys; both are translated here.
"""

import re
from collections.abc import Iterator
from typing import Final

import yaml

from kg.errors import Finding

_CONFLICT: Final = re.compile(r"^(?:<{7}|={7}|>{7})(?: .*)?$", re.MULTILINE)
_SEPARATOR: Final = re.compile(r"(?<=\n)(?:---|\.\.\.)[ \t]*(?:#.*)?\n")
_KEY_OR_ITEM: Final = re.compile(r"\s*(?:- +)*[\w@\"'<-]+ *:(?:\s|$)|\s*-(?:\s|$)|\s*#|\s*$")
"""A line that can stand in a block by itself: a key, an item, a comment or nothing."""

_OPENS: Final = re.compile(r"((?:- +)*)(\w+):\s*(?:#.*)?")
"""A key with its value below it."""
_HAS_VALUE: Final = re.compile(r"\w+:\s+[^\s#]")
_NO_TEXT: Final = re.compile(r"\s*(?:[\w-]+:(?:\s|$)|[\"':\]}])")
"""What can follow a quoted text and is no part of it."""
_STEP: Final = 2
"""Spaces by which what is below a key is indented."""

_QUOTE_IT: Final = "a text may not begin with {}: quote the text"
_COLON: Final = "a text with `: ` must stand in quotes, or the line is indented wrongly"
_NO_COLON: Final = "a key needs a colon and a space after it, or the line is indented wrongly"
_NO_BREAK: Final = re.compile(r" *(?:- *)*(?:[\w-]+:)? *[\u00a0\u2007\u202f]")
"""A line with a space before its value that YAML does not take for one; it comes with what is copied from a page or a word processor."""
_INVISIBLE: Final = "a no-break space, which looks like a space: write an ordinary one"
_INDENTATION: Final = "the line is indented otherwise than those above it, or a quote is missing"


def syntax_finding(text: str, error: yaml.MarkedYAMLError, name: str) -> Finding:
    """A YAML syntax error, at the place that a coder must mend."""
    conflict = _CONFLICT.search(text)
    if conflict:
        line = text.count("\n", 0, conflict.start()) + 1
        message = "a merge conflict was left here: keep one version and delete the lines <<<<<<<, ======= and >>>>>>>"
        return Finding(name, line, 1, "yaml-syntax", message)
    separator = _SEPARATOR.search(text)
    if separator and error.problem_mark and separator.start() <= error.problem_mark.index:
        line = text.count("\n", 0, separator.start()) + 1
        message = f"YAML syntax: `{separator[0][:3]}` ends the document, and a file holds one: delete it"
        return Finding(name, line, 1, "yaml-syntax", message)
    line, column, remedy = _diagnose(text, error)
    invisible = _NO_BREAK.match(text.split("\n")[line]) if line < text.count("\n") else None
    if invisible:
        column, remedy = invisible.end() - 1, _INVISIBLE
    return Finding(name, line + 1, column + 1, "yaml-syntax", f"YAML syntax: {remedy}")


def _diagnose(text: str, error: yaml.MarkedYAMLError) -> tuple[int, int, str]:
    """Line and column from 0, and what to do."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return 0, 0, str(error.problem or "not YAML")
    here, (problem, context) = (mark.line, mark.column), (error.problem or "", error.context or "")
    opened = error.context_mark
    last = _last_scalar(text, here)
    behind = _behind_quote(text, last, mark, context)
    if behind:
        return behind
    one_line = last is not None and opened is not None and {opened.line, last.start_mark.line} == {mark.line}
    if last is not None and one_line and "flow" in context and text[mark.index : mark.index + 1] == ":":
        return last.start_mark.line, last.start_mark.column, "a text with `: ` must stand in quotes"
    if opened and ("quoted scalar" in context or "flow" in context):
        return _open(here, (opened.line, opened.column), problem, context)
    initial = _initial(text, error)
    if "tab" in problem or initial == "\t":
        return *here, "a tab: indent with spaces"
    if initial:
        return *here, _QUOTE_IT.format(initial)
    if last is not None and last.style in ("'", '"') and last.start_mark.line < last.end_mark.line == mark.line:
        message = f"the quote opened here is closed only at line {mark.line + 1}; close the quote or bracket where its text ends"
        return last.start_mark.line, last.start_mark.column, message
    if opened and "simple key" in context:
        return opened.line, opened.column, _NO_COLON
    return _indented(text, last, here, problem)


def _behind_quote(text: str, last: yaml.ScalarToken | None, mark: yaml.Mark, context: str) -> tuple[int, int, str] | None:
    """A quoted text that goes on in its line, as in ``"so-called" help``: the place to mend is its beginning."""
    if last is None or last.style not in ("'", '"') or not last.start_mark.line == last.end_mark.line == mark.line:
        return None
    rest = text[last.end_mark.index :].partition("\n")[0]
    separates = text[mark.index : mark.index + 1] == "," and "block" not in context
    if mark.index < last.end_mark.index or not rest.strip() or separates or _NO_TEXT.match(rest):
        return None
    other = "single" if last.style == '"' else "double"
    message = f"the text goes on behind its closing quote; put all of it in {other} quotes"
    return last.start_mark.line, last.start_mark.column, message


def _indented(text: str, last: yaml.ScalarToken | None, here: tuple[int, int], problem: str) -> tuple[int, int, str]:
    """A line that does not fit those around it: it, or the one above, which has swallowed it, is the place to mend."""
    lines = text.split("\n")
    uneven = _uneven(lines, here[0])
    if uneven:
        return uneven
    if "mapping values" not in problem:
        return *here, _INDENTATION
    if last is not None and _swallowed(lines, last.start_mark.line, here[0]):
        start: int = last.start_mark.line
        return start, _indent(lines[start]), _NO_COLON
    return *here, _COLON


def _uneven(lines: list[str], problem: int) -> tuple[int, int, str] | None:
    """Of the first two keys below another the one that is indented wrongly, which libyaml notices at the second.

    :param problem: line of the second, from 0
    """
    above = [number for number in range(min(problem, len(lines) - 1), -1, -1) if lines[number].strip()][:3]
    if len(above) < 3 or above[0] != problem:  # noqa: PLR2004 - the three lines
        return None
    second, first, parent = above
    opens = _OPENS.fullmatch(lines[parent].strip())
    if opens is None or not all(_HAS_VALUE.match(lines[number].strip()) for number in (first, second)):
        return None
    expected = _indent(lines[parent]) + len(opens[1]) + _STEP
    wrong = [number for number in (first, second) if _indent(lines[number]) != expected]
    if len(wrong) != 1:
        return None
    indent = _indent(lines[wrong[0]])
    return (
        wrong[0],
        indent,
        f"the key is indented by {indent} spaces; below `{opens[2]}:` in line {parent + 1} indent by {expected}",
    )


def _open(here: tuple[int, int], opened: tuple[int, int], problem: str, context: str) -> tuple[int, int, str]:
    """A quote or bracket that is not closed: the place to mend is where it was opened."""
    if "node content" in problem:
        return *here, "an item is missing between two commas; delete one"
    noticed = f" (noticed at line {here[0] + 1})" if here[0] != opened[0] else ""
    comma = ", or a comma is missing in it" if "flow" in context else ""
    return *opened, f"what is opened here is not closed{comma}{noticed}; close the quote or bracket"


def _initial(text: str, error: yaml.MarkedYAMLError) -> str:
    """The character that may not begin a text, if that is what libyaml stumbles on: ``@``, `````, ``%``, ``*``, ``&``, ``!``."""
    if "cannot start any token" in (error.problem or "") and error.problem_mark:
        return text[error.problem_mark.index : error.problem_mark.index + 1]
    mark = error.context_mark or error.problem_mark
    if mark and any(word in f"{error.problem} {error.context}" for word in ("alias", "anchor", "tag", "directive")):
        return text[mark.index : mark.index + 1].strip()
    return ""


def _last_scalar(text: str, before: tuple[int, int]) -> yaml.ScalarToken | None:
    """The last scalar that begins before a place."""
    last = None
    for token in _tokens(text):
        if (token.start_mark.line, token.start_mark.column) >= before:
            break
        if isinstance(token, yaml.ScalarToken):
            last = token
    return last


def _tokens(text: str) -> Iterator[yaml.Token]:
    """The tokens up to the error."""
    try:
        yield from yaml.scan(text, Loader=yaml.CBaseLoader)
    except yaml.YAMLError:
        return


def _swallowed(lines: list[str], start: int, problem: int) -> bool:
    """Whether an unquoted text that begins on line ``start`` has swallowed the key on line ``problem``.

    So it is where its first line is no ``key: value`` (``kind:Demand``), or where that line is indented less than the
    lines around it, which makes them its continuation.
    """
    if start >= problem:
        return False
    if not _KEY_OR_ITEM.match(lines[start]):
        return True
    before = next((line for line in reversed(lines[:start]) if line.strip()), "")
    after = next((line for line in lines[problem + 1 :] if line.strip()), "")
    inner = _indent(lines[problem])
    if _indent(lines[start]) >= inner:
        return False
    return inner == _indent(before) or (problem == start + 1 and inner == _indent(after))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
