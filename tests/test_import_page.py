"""docs/import.md is followed to the letter on the published data; the example changes no published query."""

import csv
import io
import re
import shlex
import shutil
from pathlib import Path

import pytest

from kg.engine.blocking import BlockingEngine
from kg.engine.interface import Query
from kg.engine.limits import Limits
from kg.errors import FindingsError
from kg.imports import commands
from kg.imports.entities import AmbiguousError, Entities, UnmatchedError, alpha_3
from kg.namespaces import ID
from kg.reader import Reader
from kg.store import Release, current_release
from tests.golden import build_published
from tests.project import EXPECTED, ROOT
from tests.test_readme import run

PAGE = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
EXAMPLE = ROOT / "docs" / "examples" / "democracy-scores"


@pytest.fixture(scope="module")
def build_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published release."""
    target = tmp_path_factory.mktemp("published")
    build_published(target)
    return target


@pytest.fixture(scope="module")
def derived(build_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A copy of it, with the example."""
    target = tmp_path_factory.mktemp("derived") / "build"
    shutil.copytree(build_dir, target, symlinks=True)
    commands.add(EXAMPLE / "mapping.yaml", target)
    return current_release(target)


def test_the_page_is_followed(build_dir: Path, tmp_path: Path) -> None:
    """Each command runs; a block of text after commands is what the last one says, the number of demands aside, which grows."""
    shutil.copytree(build_dir, tmp_path / "build", symlinks=True)
    for name in ("docs", "queries", "ontology", "mappings"):
        (tmp_path / name).symlink_to(ROOT / name)
    compared = 0
    for (language, block), (after, expected) in zip(BLOCKS, [*BLOCKS[1:], ("", "")], strict=True):
        if language != "sh":
            continue
        said = ""
        for line in block.splitlines():
            assert shlex.split(line)[:1] == ["kg"]
            done = run(line, tmp_path)
            said = done.stdout or done.stderr
        if after == "text":
            compared += 1
            assert masked(said) == masked(expected)

    assert compared == 2
    assert "+" not in (tmp_path / "build" / "current").resolve().name  # the last command takes the example out


def masked(text: str) -> list[list[str]]:
    """Cells, without the count at the end of a row of the query."""
    rows = list(csv.reader(io.StringIO(text)))
    if rows[0][-1] != "demands":
        return rows
    assert all(int(row[-1]) > 0 for row in rows[1:])
    return [rows[0], *(row[:-1] for row in rows[1:])]


def test_every_key_is_on_the_page() -> None:
    """The two tables name each key of a mapping and of a column, and each scheme and datatype."""
    from kg.imports import cells, entities, mapping

    words = set(re.findall(r"`([a-z0-9-]+)`", PAGE))
    assert {*mapping._KEYS, *mapping._READ, *mapping._COLUMN, *entities.SCHEMES, *cells.DATATYPES} <= words


def test_the_finding_on_the_page_is_one(build_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a letter O for a nought in the example."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(EXAMPLE / "mapping.yaml", tmp_path)
    text = (EXAMPLE / "scores.csv").read_text(encoding="utf-8").replace("7,05", "7,O5")
    (tmp_path / "scores.csv").write_text(text, encoding="utf-8")

    with pytest.raises(FindingsError) as error:
        commands.add(Path("mapping.yaml"), build_dir, only_check=True)

    assert [("text", f"{finding}\n") for finding in error.value.findings] == [block for block in BLOCKS if "7,O5" in block[1]]


def test_published_queries_have_the_same_rows(derived: Release) -> None:
    """All of them, through the engine, against the reviewed files."""
    with BlockingEngine(derived, Limits(workers=1)) as engine:
        for path in sorted((ROOT / "queries").glob("*.rq")):
            text = path.read_text(encoding="utf-8")
            graph = engine.scan(text).form in ("CONSTRUCT", "DESCRIBE")
            body = engine.answer(Query(text), "nt" if graph else "csv").body.decode().replace("\r\n", "\n")
            expected = (EXPECTED / "queries" / f"{path.stem}.{'nt' if graph else 'csv'}").read_text(encoding="utf-8")
            assert sorted(body.splitlines()) == sorted(expected.splitlines()), path.stem


FOUND = [
    ("BE", "iso3166-alpha-2", "agent", "belgium"),
    ("be", "iso3166-alpha-2", "agent", "belgium"),
    ("BEL", "iso3166-alpha-3", "agent", "belgium"),
    ("056", "m49", "agent", "belgium"),
    ("56", "m49", "agent", "belgium"),
    ("Q31", "wikidata", "agent", "belgium"),
    ("http://www.wikidata.org/entity/Q31", "wikidata", "agent", "belgium"),
    ("België", "label", "agent", "belgium"),
    ("VERENIGDE  STATEN", "label", "agent", "united-states"),
    ("US", "label", "agent", "united-states"),
    ("belgium", "slug", "agent", "belgium"),
    ("http://eurovoc.europa.eu/584", "link", "topic", "human-rights"),
]


@pytest.mark.parametrize(("text", "scheme", "collection", "slug"), FOUND)
def test_entities_are_found(derived: Release, text: str, scheme: str, collection: str, slug: str) -> None:
    """By each scheme."""
    assert Entities(Reader(derived), collection).find(text, scheme) == f"{ID}{collection}/{slug}"


@pytest.mark.parametrize(
    ("text", "scheme", "message"),
    [
        ("FRA", "iso3166-alpha-3", '"FRA" is a country of which the graph does not speak'),
        ("XYZ", "iso3166-alpha-3", '"XYZ" is no code of ISO 3166-1'),
        ("Belguim", "label", '"Belguim" is not the label of any agent in the graph; did you mean "belgium"'),
        ("Q0", "wikidata", '"Q0" is not the wikidata of any agent in the graph'),
    ],
)
def test_entities_are_not_found(derived: Release, text: str, scheme: str, message: str) -> None:
    """The message tells a country that the graph does not have from a code that is none."""
    with pytest.raises(UnmatchedError) as error:
        Entities(Reader(derived), "agent").find(text, scheme)

    assert str(error.value).startswith(message)


def test_an_ambiguous_name_lists_the_entities(derived: Release) -> None:
    """Two entities with one label."""
    entities = Entities(Reader(derived), "agent")
    entities._by_key["label"]["twins"] = {f"{ID}agent/a", f"{ID}agent/b"}

    with pytest.raises(AmbiguousError, match='"Twins" names several entities: a, b; name them by `entity: slug`'):
        entities.find("Twins", "label")


def test_codes_are_those_of_the_standard() -> None:
    """One of each, 249 in all, and each of our states that has an alpha-2 code has its alpha-3 code."""
    codes = alpha_3()

    assert len(codes) == len(set(codes.values())) == 249
    assert (codes["NLD"], codes["BEL"], codes["COD"]) == ("NL", "BE", "CD")
    assert all(re.fullmatch("[A-Z]{3}", three) and re.fullmatch("[A-Z]{2}", two) for three, two in codes.items())
