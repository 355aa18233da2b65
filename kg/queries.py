"""Published queries: ``.rq`` files whose leading ``#+`` lines are YAML.

In comes a directory of a release; out go :class:`PublishedQuery` records for
:mod:`kg.release`, which checks them, and :mod:`kg.web`. The keys are those of the
grlc and sparql-examples conventions that we use: ``title`` and ``description`` by language, ``tags``, ``parameters``;
``questions`` are what the first page of the site begins with.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from kg.errors import PolicyKgError
from kg.parameters import DeclarationError, Parameter, read_parameter

LANGUAGES: Final = ("en", "nl")
_KEYS: Final = frozenset({"title", "description", "tags", "parameters", "questions"})
_QUESTION_KEYS: Final = frozenset({*LANGUAGES, "where", "place"})


class QueryFileError(PolicyKgError):
    """A published query's header cannot be read; the message starts with file and line.

    :ivar line: line of the file, from 1
    :ivar reason: the message without the place
    """

    def __init__(self, file: Path, line: int, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}")
        self.line = line
        self.reason = reason


@dataclass(frozen=True)
class Question:
    """A question in words that a query answers, to start from.

    :ivar text: by language
    :ivar where: values by parameter
    :ivar place: among the questions of all queries, from 1
    """

    text: dict[str, str]
    where: dict[str, tuple[str, ...]]
    place: int


@dataclass(frozen=True)
class PublishedQuery:
    """A query with what a person needs to choose it.

    :ivar name: file name without ``.rq``, which is also its address
    :ivar title: by language
    :ivar description: by language
    :ivar text: the query without its header
    :ivar parameters: by name, in the order of the header
    :ivar header: number of lines that stand before the text in the file
    :ivar questions: in the order of the header
    """

    name: str
    title: dict[str, str]
    description: dict[str, str]
    text: str
    tags: tuple[str, ...] = ()
    parameters: dict[str, Parameter] = field(default_factory=dict)
    header: int = 0
    questions: tuple[Question, ...] = ()


def read_queries(directory: Path) -> tuple[PublishedQuery, ...]:
    """All published queries of a directory, by name; none if there is no such directory.

    :raises QueryFileError: if one cannot be read
    """
    return tuple(read_query(file) for file in sorted(directory.glob("*.rq")))


def read_query(file: Path) -> PublishedQuery:
    """One published query.

    :raises QueryFileError: if the header is missing, is not YAML, or lacks a title or a description in nl or en
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise QueryFileError(file, 1, f"cannot be read as UTF-8 ({error})") from error
    count = next((index for index, line in enumerate(lines) if not line.startswith("#+")), len(lines))
    if not count:
        raise QueryFileError(file, 1, "no header; expected lines that start with '#+' and give title and description in YAML")
    header = _header(file, "\n".join(line[2:].removeprefix(" ") for line in lines[:count]))
    text = "\n".join(lines[count:]).strip("\n") + "\n"
    if not text.strip():
        raise QueryFileError(file, count + 1, "no query after the header")
    parameters = _parameters(file, lines[:count], header)
    blank = next(index for index, line in enumerate(lines[count:]) if line)
    return PublishedQuery(
        name=file.stem,
        title=_by_language(file, lines, header, "title"),
        description=_by_language(file, lines, header, "description"),
        text=text,
        tags=_tags(file, lines, header),
        parameters=parameters,
        header=count + blank,
        questions=_questions(file, lines[:count], header, parameters),
    )


def _header(file: Path, text: str) -> dict[str, Any]:
    try:
        header = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise QueryFileError(file, mark.line + 1 if mark else 1, f"the header is not YAML: {error.problem}") from error
    if not isinstance(header, dict):
        raise QueryFileError(file, 1, f"the header is {type(header).__name__}; expected keys {', '.join(sorted(_KEYS))}")
    unknown = sorted(str(key) for key in header.keys() - _KEYS)
    if unknown:
        place = _line(text.splitlines(), unknown[0])
        raise QueryFileError(file, place, f"unknown key {unknown[0]!r}; expected one of {', '.join(sorted(_KEYS))}")
    return header


def _line(lines: list[str], key: str) -> int:
    """Line of a key of the header, from 1."""
    return next((number for number, line in enumerate(lines, 1) if line.lstrip("#+ ").startswith(f"{key}:")), 1)


def _by_language(file: Path, lines: list[str], header: dict[str, Any], key: str) -> dict[str, str]:
    value = header.get(key)
    if not isinstance(value, dict) or not all(isinstance(value.get(lang), str) and value[lang] for lang in LANGUAGES):
        raise QueryFileError(file, _line(lines, key), f"{key} is {value!r}; expected text in both languages, {{en: …, nl: …}}")
    return {str(lang): str(text) for lang, text in value.items()}


def _tags(file: Path, lines: list[str], header: dict[str, Any]) -> tuple[str, ...]:
    value = header.get("tags", [])
    if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
        raise QueryFileError(file, _line(lines, "tags"), f"tags is {value!r}; expected a list of words, [treaties, demands]")
    return tuple(value)


def _questions(file: Path, lines: list[str], header: dict[str, Any], parameters: dict[str, Parameter]) -> tuple[Question, ...]:
    """The questions of a header, each checked against the parameters that are declared."""
    place = _line(lines, "questions")
    value = header.get("questions", [])
    if not isinstance(value, list):
        raise QueryFileError(file, place, f"questions is {value!r}; expected a list of {{en: …, nl: …, where: {{…}}, place: 1}}")
    found = []
    for each in value:
        if (
            not isinstance(each, dict)
            or each.keys() - _QUESTION_KEYS
            or not all(isinstance(each.get(tag), str) for tag in LANGUAGES)
        ):
            raise QueryFileError(file, place, f"a question is {each!r}; expected {{en: …, nl: …, where: {{…}}, place: 1}}")
        where = each.get("where", {})
        if not isinstance(where, dict) or not where.keys() <= parameters.keys():
            known = ", ".join(parameters) or "there is none"
            raise QueryFileError(file, place, f"where of a question is {where!r}; expected values by parameter ({known})")
        if type(each.get("place")) is not int:
            raise QueryFileError(
                file, place, f"place of a question is {each.get('place')!r}; expected its number on the first page"
            )
        values = {name: tuple(map(str, given if isinstance(given, list) else [given])) for name, given in where.items()}
        found.append(Question({tag: each[tag] for tag in LANGUAGES}, values, each["place"]))
    return tuple(found)


def _parameters(file: Path, lines: list[str], header: dict[str, Any]) -> dict[str, Parameter]:
    value = header.get("parameters", {})
    place = _line(lines, "parameters")
    if not isinstance(value, dict):
        raise QueryFileError(file, place, f"parameters is {value!r}; expected {{name: {{type: agent}}}}")
    names = _names(lines)
    for name, line in names:
        if [other for other, _ in names].count(name) > 1:  # YAML takes the last of them, which may not be the one that is meant
            raise QueryFileError(file, line, f"parameter {name} is declared twice; leave one out")
    found = {}
    for name, spec in value.items():
        line = dict(names).get(str(name), place)
        try:
            found[name] = read_parameter(name, spec, line)
        except DeclarationError as error:
            raise QueryFileError(file, line, str(error)) from None
    return found


def _names(lines: list[str]) -> list[tuple[str, int]]:
    """Names of the parameters, each with its line, from 1."""
    root = yaml.compose("\n".join(line[2:].removeprefix(" ") for line in lines), Loader=yaml.CSafeLoader)
    found: list[tuple[str, int]] = []
    for key, node in root.value if isinstance(root, yaml.MappingNode) else ():
        if key.value == "parameters":
            found += [(str(name.value), name.start_mark.line + 1) for name, _ in node.value]
    return found
