"""Generated files: replaced in one step, or compared with what they should be."""

import os
from pathlib import Path

import click


def replace(path: Path, content: str) -> None:
    """Write a file in one step, so that an interruption leaves the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(content, encoding="utf-8")
    draft.replace(path)


def keep(path: Path, name: str, content: str, command: str, *, only_check: bool) -> None:
    """Let a generated file have ``content``, and say what was done.

    :param name: the file as the user knows it
    :param command: what writes it
    :raises ClickException: if it has other content and ``only_check`` is set
    """
    if path.exists() and path.read_text(encoding="utf-8") == content:
        click.echo(f"{name}: up to date", err=True)
        return
    if only_check:
        raise click.ClickException(f"{name} is out of date; run `{command}`")
    replace(path, content)
    click.echo(f"{name}: written", err=True)
