"""`kg query --param`: the same values, messages and binding as at the API."""

import pytest

from kg.mappings.layout import Layout
from tests.project import edit
from tests.test_cli import kg

PARAMETERS = """#+ tags: [demands]
#+ parameters:
#+   action: {type: action, multiple: true}
#+   object: {type: instrument}
"""


@pytest.fixture
def built(project: Layout) -> Layout:
    """The fictional project, whose query has parameters, with a release."""
    edit(project, "queries/demands.rq", "#+ tags: [demands]\n", PARAMETERS)
    assert kg("build").exit_code == 0
    return project


def statements(*arguments: str) -> list[str]:
    """Names of the statements that a query gives."""
    result = kg("query", "demands", "--format", "csv", *arguments)
    assert result.exit_code == 0, result.stderr
    return [line.split(",")[0].rpartition("/")[2] for line in result.stdout.splitlines()[1:]]


def test_values_choose_rows(built: Layout) -> None:
    """By slug and by prefixed name, one and several; from the name of a query, and from its file."""
    assert statements("--param", "action=ratify") == ["s002"]
    assert statements("--param", "action=act:suspend", "--param", "action=ratify") == ["s002", "s003"]
    assert statements("--param", "action=ratify", "--param", "object=fish-agreement") == []
    assert "(1 row)" in kg("query", "queries/demands.rq", "--param", "object=fish-agreement").stdout


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["demands", "--param", "action=ratifi"], "there is no such action. Did you mean ratify?"),
        (["demands", "--param", "speaker=x"], 'There is no parameter "speaker". This query has action, object.'),
        (["demands", "--param", "object=a", "--param", "object=b"], "object"),
        (["demands", "--param", "action"], "--param action: expected NAME=VALUE"),
        (["demands", "--param", "format=csv"], "write --format"),
        (["ASK {}", "--param", "a=b"], "--param is for published queries"),
        (["-", "--param", "a=b"], "--param is for published queries"),
        (["demandz", "--param", "a=b"], "there are: demands"),
        (["none.rq", "--param", "a=b"], "none.rq:1: cannot be read"),
    ],
)
def test_errors(built: Layout, arguments: list[str], message: str) -> None:
    """What was found and what would do, without a traceback."""
    result = kg("query", *arguments)

    assert result.exit_code in {1, 2}
    assert message in result.stderr
    assert "Traceback" not in result.output
