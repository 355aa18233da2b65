"""What an operator copies: options are documented, and the files for Docker and systemd name what there is."""

import re
from pathlib import Path

import click
import pytest
import yaml

from kg.cli.serving import serve
from kg.engine.limits import SERVICE_ALLOW

ROOT = Path(__file__).resolve().parents[1]
OPTIONS = {option.envvar: option for option in serve.params if isinstance(option, click.Option)}


def variables(text: str) -> set[str]:
    """Our variables that a text names."""
    return set(re.findall(r"\bKG_[A-Z_]+", text))


def test_each_option_of_the_server_is_documented() -> None:
    """By its name and its variable."""
    text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| `--")]
    named = {name for row in rows for name in re.findall(r"`(--[a-z-]+)`", row.split("|")[1])}

    assert named == {option.opts[0] for option in OPTIONS.values()}
    assert OPTIONS.keys() <= variables("".join(rows))


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", "deploy/policy-kg.service"])
def test_variables_are_options(name: str) -> None:
    """A variable that is set is one that the server reads."""
    assert variables((ROOT / name).read_text(encoding="utf-8")) <= OPTIONS.keys()


def test_the_image_copies_what_there_is() -> None:
    """Each source of COPY exists, and is let through by .dockerignore."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    sources = [name for line in lines if line.startswith("COPY ") and "--from" not in line for name in line.split()[1:-1]]
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert {"kg", "ontology", "mappings", "queries", "requirements.txt"} <= set(sources)
    for source in sources:
        assert (ROOT / source).exists()
        assert f"!{source}" in ignored


def test_the_container_can_write_nothing_and_become_nobody_else() -> None:
    """Read-only, no capabilities, not root."""
    service = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["policy-kg"]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert re.search(r"^USER 65534:65534$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_default_list_of_service() -> None:
    """Written twice, as a command does not import the engine before it runs."""
    assert OPTIONS["KG_SERVICE_ALLOW"].default == SERVICE_ALLOW
