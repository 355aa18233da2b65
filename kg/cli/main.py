"""The group of commands, and what all of them share: the project's root, errors without tracebacks."""

import gc
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import click

from kg import __version__
from kg.errors import FindingsError, InputError, PolicyKgError, UsageError
from kg.mappings.layout import Layout

_MODULES: Final = {
    "agreeing": ("agreement", "merge"),
    "authoring": ("anchor", "build", "check", "coverage", "schema"),
    "citing": ("cite",),
    "describing": ("data",),
    "importing": ("import",),
    "pruning": ("prune",),
    "publishing": ("publish", "shards"),
    "reading": ("export", "passage", "query"),
    "releasing": ("diff", "release"),
    "serving": ("serve",),
    "starting": ("new",),
    "synthetic": ("synth",),
    "watching": ("watch",),
}
"""Commands by module of this package. A command's module is imported when it is asked for: `kg check` is run on every save."""
NAMES: Final = tuple(sorted(name for names in _MODULES.values() for name in names))
"""Names of all commands."""


class _Refused(click.ClickException):
    """An error of what a command reads or needs: how the command is called has nothing to do with it."""

    exit_code = 2


class _Group(click.Group):
    """Finds commands when they are asked for, and turns our errors into a message and an exit status."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        return list(NAMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        module = next((module for module, names in _MODULES.items() if cmd_name in names), None)
        if module is None:
            return None
        commands: tuple[click.Command, ...] = import_module(f"kg.cli.{module}").COMMANDS
        return next(command for command in commands if command.name == cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except FindingsError as error:
            from kg.report import format_findings  # noqa: PLC0415 - what writes findings is not every command's

            click.echo(format_findings(error.findings, "text"))
            click.echo("Nothing was written.", err=True)
            ctx.exit(1)
        except UsageError as error:
            raise click.UsageError(str(error), self._called(ctx)) from None
        except InputError as error:
            raise _Refused(str(error)) from None
        except PolicyKgError as error:
            raise click.ClickException(str(error)) from None

    def _called(self, ctx: click.Context) -> click.Context:
        """The context of the command that was called, which says how it is."""
        name = ctx.invoked_subcommand or ""
        command = self.get_command(ctx, name)
        return click.Context(command, parent=ctx, info_name=name) if command else ctx


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="policy-kg")
@click.option(
    "--root",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    envvar="KG_ROOT",
    help="Folder with ontology/, mappings/ and queries/.  [default: the current folder]",
)
@click.pass_context
def main(ctx: click.Context, root: Path) -> None:
    """What policy documents say, as a validated, citable knowledge graph.

    \b
    Code a document:    kg new, kg watch, kg check, kg anchor, kg coverage, kg agreement, kg merge
    Make a release:     kg build, kg diff, kg release, kg prune
    Use it:             kg serve, kg query, kg export, kg passage, kg cite, kg import, kg publish, kg shards

    \b
    Example:
      kg build && kg serve
    """
    gc.set_threshold(200_000, 20, 20)  # a command makes many records and few cycles: collecting seldom saves a seventh
    ctx.obj = Layout(root)
