"""A small fictional project for tests: the corpus of ``tests/corpus`` under the real ontology."""

import shutil
from pathlib import Path

from kg.mappings.layout import Layout

HERE = Path(__file__).parent
ROOT = HERE.parent
TEXTS = HERE / "corpus" / "texts"
EXPECTED = HERE / "expected"


def make_project(target: Path) -> Layout:
    """Copy the fictional corpus to ``target``, with the real ontology but its own topics, the real context and codebook."""
    shutil.copytree(HERE / "corpus", target, dirs_exist_ok=True)
    for name in ("policy.ttl", "values.ttl", "actions.ttl"):
        shutil.copy(ROOT / "ontology" / name, target / "ontology" / name)
    for folder in ("shapes", "rules", "checks"):
        shutil.copytree(ROOT / "ontology" / folder, target / "ontology" / folder)
    for name in ("context.yaml", "README.md"):
        shutil.copy(ROOT / "mappings" / name, target / "mappings" / name)
    return Layout(target)


def edit(layout: Layout, file: str, old: str, new: str) -> None:
    """Replace the one occurrence of ``old`` in a file of the project."""
    path = layout.root / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def snapshot(directory: Path) -> dict[str, bytes]:
    """Every file below ``directory`` with its bytes: two equal snapshots mean that nothing was written."""
    return {str(p.relative_to(directory)): p.read_bytes() for p in sorted(directory.rglob("*")) if p.is_file()}
