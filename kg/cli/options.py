"""Options that several commands share."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg import shacl as engines

if TYPE_CHECKING:
    from kg.scale.executor import Executor

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class _Sources(click.Path):
    """The folder of texts: a relative one, from the environment mostly, is another in another folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not Path(value).exists():
            seen = "" if Path(value).is_absolute() else f" seen from {Path.cwd()}"
            self.fail(
                f"there is no folder {value}{seen}; make it, or correct the option or KG_SOURCES: an absolute path is right in every folder",
                param,
                ctx,
            )
        return super().convert(value, param, ctx)


sources: Decorator = click.option(
    "--sources",
    type=_Sources(exists=True, file_okay=False, path_type=Path),
    envvar="KG_SOURCES",
    help="Folder of the documents' texts, DOCUMENT.txt. With it, anchors and lock are verified against them.",
)
build_dir: Decorator = click.option(
    "--build-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build"),
    show_default=True,
    envvar="KG_BUILD_DIR",
    help="Folder of the releases; `current` in it is the one in use.",
)
jobs: Decorator = click.option(
    "--jobs",
    type=click.IntRange(1),
    envvar="KG_JOBS",
    help="Processes that work on documents.  [default: one for each core]",
)

_scheduler: Decorator = click.option(
    "--scheduler",
    metavar="ADDRESS",
    envvar="KG_SCHEDULER",
    help="Dask scheduler whose workers map, judge and write documents, as tcp://host:8786; an extra: policy-kg[dask].  "
    "[default: processes of this machine]",
)
_scheduler_wait: Decorator = click.option(
    "--scheduler-wait",
    type=click.FloatRange(0.1),
    default=30.0,
    show_default=True,
    envvar="KG_SCHEDULER_WAIT",
    help="Seconds to wait for the scheduler, and for a worker where there is none.",
)


def scheduler(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of :func:`executor`."""
    return _scheduler(_scheduler_wait(command))


def executor(jobs: int | None, address: str | None, wait_s: float) -> "Executor":
    """Where the work on documents is done.

    :param jobs: processes of this machine
    :param address: of a Dask scheduler
    :param wait_s: seconds to wait for it
    """
    from kg.scale import executor as executors  # noqa: PLC0415 - what a build imports is not every command's

    local = executors.executor(jobs)
    if not address:
        return local
    from kg.scale.cluster import Cluster  # noqa: PLC0415 - likewise

    return Cluster(address, local, wait_s)


def _use_engine(_: click.Context, __: click.Parameter, value: str | None) -> None:
    if value is not None:
        os.environ[engines.VARIABLE] = engines.usable(value)  # worker processes have it, too


shacl: Decorator = click.option(
    "--shacl",
    type=click.Choice(engines.ENGINES),
    envvar=engines.VARIABLE,
    expose_value=False,
    callback=_use_engine,
    help="Engine that applies the shapes; shacl is faster, gives the same findings, and is an extra: policy-kg[shacl].  "
    "[default: pyshacl]",
)


def needed_sources(given: Path | None) -> Path:
    """The folder of texts, for a command that cannot do without."""
    if given is None:
        raise click.UsageError("this command reads the documents' texts: pass --sources DIR or set KG_SOURCES")
    return given


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Report the stages of a build: a bar on a terminal, plain lines elsewhere, both on standard error."""
    if not os.isatty(2):

        def say(stage: str) -> None:
            click.echo(f"{stage} …", err=True)

        yield say
        return
    from kg.release import STAGES  # noqa: PLC0415 - what a build imports is not every command's

    with click.progressbar(length=len(STAGES), file=sys.stderr, show_eta=False) as bar:

        def on_stage(stage: str) -> None:
            bar.label = f"{stage:<9}"
            bar.update(1)

        yield on_stage
