"""Generated files: replaced in one step, or compared with what they should be."""

from pathlib import Path

import click

from kg.atomic import replace

__all__ = ["keep", "replace"]


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
