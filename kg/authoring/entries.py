"""New entries at the end of a hand-written file of entities, which otherwise stays as it is.

In: the file's text and one entry as YAML. Out: the new text, read back to see that it says what it should. Next:
:mod:`kg.authoring.starting` and :mod:`kg.authoring.merging`.
"""

import tempfile
from pathlib import Path

from kg.errors import InputError
from kg.mappings.nodes import Mapping, items, plain
from kg.mappings.reader import read_yaml


def appended(path: Path, name: str, collection: str, entry: str) -> str:
    """The text of a file of entities with one entry more.

    :param path: the file, which need not exist
    :param collection: whose file it is, as in ``document``
    :param entry: YAML that begins with ``- id:`` in the first column
    :raises InputError: if the file cannot be added to, as its list is not the last thing in it
    """
    before = path.read_text(encoding="utf-8") if path.exists() else f"collection: {collection}\nentities:\n"
    if path.exists() and not _entries(before, name):
        before = before.replace("entities: []", "entities:")
    result = before + ("" if before.endswith("\n") else "\n") + _indented(entry, before)
    expected = [*_entries(before, name), *_entries(f"collection: {collection}\nentities:\n{entry}", name)]
    try:
        fits = _entries(result, name) == expected
    except InputError:
        fits = False
    if not fits:
        raise InputError(
            f"{name}: the list `entities:` is not the last thing in the file, so nothing can be added; add by hand:\n{entry}"
        )
    return result


def slugs(path: Path, name: str) -> set[str]:
    """The ids that a file of entities has; none if there is no such file."""
    if not path.exists():
        return set()
    return {
        str(entry["id"])
        for entry in _entries(path.read_text(encoding="utf-8"), name)
        if isinstance(entry, dict) and "id" in entry
    }


def _entries(text: str, name: str) -> list[object]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "entries.yaml"
        path.write_text(text, encoding="utf-8")
        tree, findings = read_yaml(path, name)
    if findings:
        raise InputError(f"{findings[0]}; mend that first")
    return [plain(node) for node in items(tree.get("entities") if tree else None) if isinstance(node, Mapping)]


def _indented(entry: str, before: str) -> str:
    """The entry as far indented as the list's last one."""
    dashes = [line for line in before.splitlines() if line.lstrip(" ").startswith("- id:")]
    indent = " " * (len(dashes[-1]) - len(dashes[-1].lstrip(" "))) if dashes else ""
    return "".join(f"{indent}{line}" if line.strip() else line for line in entry.splitlines(keepends=True))
