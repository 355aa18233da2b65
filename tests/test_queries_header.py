"""Headers of published queries."""

from pathlib import Path

import pytest

from kg.parameters import TYPES, Parameter
from kg.queries import QueryFileError, Question, read_queries, read_query

HEADER = "#+ title: {en: A, nl: B}\n#+ description:\n#+   en: C\n#+   nl: D\n"


def write(folder: Path, text: str) -> Path:
    """Write a query file."""
    file = folder / "q.rq"
    file.write_text(text, encoding="utf-8")
    return file


def test_header_and_text(tmp_path: Path) -> None:
    """The header may span lines; the query is what follows it."""
    text = HEADER + "#+ tags: [x]\n#+ parameters: {who: {type: agent}}\n\n# a comment\nASK {}\n"

    query = read_query(write(tmp_path, text))

    assert query.name == "q"
    assert query.title == {"en": "A", "nl": "B"}
    assert query.description == {"en": "C", "nl": "D"}
    assert query.tags == ("x",)
    assert query.parameters == {"who": Parameter("who", TYPES["agent"], line=6)}
    assert query.text == "# a comment\nASK {}\n"
    assert query.header == 7


@pytest.mark.parametrize(
    "text, line, part",
    [
        ("ASK {}\n", 1, "no header"),
        ("#+ title: {en: A\n#+ b: c\nASK {}", 2, "not YAML"),
        ("#+ just words\nASK {}", 1, "str"),
        (HEADER + "#+ colour: red\nASK {}", 5, "'colour'"),
        ("#+ description: {en: C, nl: D}\n#+ title: {en: A}\nASK {}", 2, "both languages"),
        ("#+ title: {en: A, nl: B}\nASK {}", 1, "description"),
        (HEADER + "#+ tags: x\nASK {}", 5, "list of words"),
        (HEADER + "#+ parameters: [x]\nASK {}", 5, "parameters"),
        (HEADER + "#+ questions: x\nASK {}", 5, "questions is 'x'; expected a list of {en: …, nl: …, where: {…}, place: 1}"),
        (HEADER + "#+ questions: [{en: A?, place: 1}]\nASK {}", 5, "a question is {'en': 'A?', 'place': 1}; expected"),
        (HEADER + "#+ questions: [{en: A?, nl: B?, of: c, place: 1}]\nASK {}", 5, "a question is"),
        (HEADER + "#+ questions: [{en: A?, nl: B?, where: {who: x}, place: 1}]\nASK {}", 5, "by parameter (there is none)"),
        (HEADER + "#+ questions: [{en: A?, nl: B?, place: first}]\nASK {}", 5, "place of a question is 'first'"),
        (HEADER, 5, "no query"),
    ],
)
def test_a_broken_header_is_named_by_file_and_line(tmp_path: Path, text: str, line: int, part: str) -> None:
    """The message starts with the place and says what was expected."""
    file = write(tmp_path, text)

    with pytest.raises(QueryFileError) as error:
        read_queries(tmp_path)

    assert str(error.value).startswith(f"{file}:{line}: ")
    assert part in str(error.value)


def test_questions_of_a_query(tmp_path: Path) -> None:
    """Words in both languages, values by parameter, and a place."""
    text = (
        HEADER + "#+ parameters: {who: {type: agent}}\n#+ questions: [{en: A?, nl: B?, where: {who: [x, y]}, place: 3}]\nASK {}\n"
    )

    assert read_query(write(tmp_path, text)).questions == (Question({"en": "A?", "nl": "B?"}, {"who": ("x", "y")}, 3),)


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    """A file in another encoding is an error, not a traceback."""
    (tmp_path / "q.rq").write_bytes(b"#+ \xff")

    with pytest.raises(QueryFileError, match="UTF-8"):
        read_queries(tmp_path)


def test_no_directory_has_no_queries(tmp_path: Path) -> None:
    """A release without queries is one with an empty list of them."""
    assert read_queries(tmp_path / "none") == ()
