"""The suites are here where they have to be, none of their tests is lost, and the tables of exceptions are about them."""

import os
from collections import Counter

import pytest

from tests.w3c import known, test_protocol, test_protocol_updates
from tests.w3c.suite import EVALUATION, NEGATIVE, POSITIVE, cases, is_pinned, missing, suite

here = pytest.mark.skipif(bool(missing()), reason=missing())
pinned = pytest.mark.skipif(bool(missing()) or not is_pinned(), reason=missing() or "KG_W3C names other suites")


@pytest.mark.skipif(not os.environ.get("CI"), reason="outside CI the suites may be missing, and the tests say so")
def test_ci_has_the_suites() -> None:
    """A CI run without them would skip the tests and look green."""
    assert not missing()


@pinned
def test_no_test_is_lost() -> None:
    """Each class of tests has as many as the pinned suites list."""
    counts = Counter(case.kind for case in suite().cases)

    assert counts == {
        "QueryEvaluationTest": 502,
        "CSVResultFormatTest": 3,
        "PositiveSyntaxTest": 149,
        "PositiveSyntaxTest11": 63,
        "NegativeSyntaxTest": 50,
        "NegativeSyntaxTest11": 43,
        "PositiveUpdateSyntaxTest11": 42,
        "NegativeUpdateSyntaxTest11": 13,
        "UpdateEvaluationTest": 93,
        "ProtocolTest": 34,
        "ServiceDescriptionTest": 3,
    }


@here
def test_every_file_that_a_test_names_is_there() -> None:
    """Query, data and result of each test that is run."""
    wanted = {
        iri
        for case in cases(EVALUATION | POSITIVE | NEGATIVE)
        for iri in (case.query, *case.data, *case.named, case.result)
        if iri
    }

    assert not wanted - suite().files.keys()


@pinned
def test_tables_name_tests() -> None:
    """An entry that names no test would hide that a test was renamed."""
    names = [
        *known.OXIGRAPH,
        *known.OXIGRAPH_SYNTAX,
        *known.NO_SUCH_FUNCTION,
        *known.UNION,
        *known.TIES,
        *known.EMPTY_UPDATES,
    ]

    assert not set(names) - {case.name for case in suite().cases}
    assert len(names) == len(set(names))
    for folder in (*known.OXIGRAPH_FOLDERS, *known.SERVICE):
        assert any(case.name.startswith(folder) for case in suite().cases), folder


@here
def test_the_protocol_tests_are_all_there() -> None:
    """Each test of the W3C's protocol manifest has a function of its name."""
    functions = {name for module in (test_protocol, test_protocol_updates) for name in vars(module) if name.startswith("test_")}

    assert {"test_" + case.name.rpartition("/")[2] for case in cases(frozenset({"ProtocolTest"}))} == functions
