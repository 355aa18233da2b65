"""The command for coding with findings at hand: ``watch``."""

import signal
import sys
import threading
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from types import FrameType

import click

from kg import report
from kg.authoring.watching import State, Watcher
from kg.authoring.watchpage import serving
from kg.cli import options
from kg.mappings.layout import Layout
from kg.scale import cache


@click.command()
@options.sources
@options.build_dir
@click.argument("documents", nargs=-1)
@click.option(
    "--port", default=8643, show_default=True, type=click.IntRange(0, 65535), help="Port of the page; 0 takes a free one."
)
@click.option("--page/--no-page", default=True, show_default=True, help="Also serve the page, on this machine only.")
@click.option("--anchor", is_flag=True, help="Also write the anchor locks at each save, as `kg anchor` does.")
@click.pass_obj
def watch(
    layout: Layout, sources: Path | None, build_dir: Path, documents: tuple[str, ...], port: int, *, page: bool, anchor: bool
) -> None:
    """Check again at each save, and show what of a text is coded.

    Prints the findings after each change of a mapping, the ontology or a text, and serves a page on 127.0.0.1 that shows each
    DOCUMENT (all with a text, by default) sentence by sentence: what covers it, with the summary beside it, and what does
    not, with a proposal of names that occur in it, ready to paste. Needs the texts. Ctrl-C ends it.

    \b
    Example:
      kg watch --sources ../texts
      kg watch bij1-2021 --anchor --sources ../texts
    """
    with cache.opened(build_dir) as kept:
        _watch(Watcher(layout, options.needed_sources(sources), kept.folder, documents, anchor), port, page=page)


def _watch(watcher: Watcher, port: int, *, page: bool) -> None:
    watcher.layout.require()
    watcher.require_texts()

    def end(_signal: int, _frame: FrameType | None) -> None:
        watcher.stop.set()  # after the check that is under way
        signal.signal(signal.SIGINT, signal.default_int_handler)  # who asks twice does not wait for it

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
    with serving(watcher, port) if page else nullcontext("") as address:
        if address:
            click.echo(f"page: {address}{next(iter(watcher.documents), '')}", err=True)
        watcher.run(_tell)


def _tell(state: State) -> None:
    """The findings of a check, the new ones last, and a line that sums them up; a terminal is cleared first."""
    if sys.stdout.isatty():
        click.clear()
    if state.error:
        click.echo(state.error)
    known = [finding for finding in state.findings if finding not in state.new]
    for heading, findings in (("", known), ("new:", state.new)):
        text = report.format_findings(findings, "text")
        if text and not state.error:
            click.echo(f"{heading}\n{text}" if heading else text)
    for slug in state.relocked:
        click.echo(f"{slug}: anchor lock written", err=True)
    balance = ", ".join(
        f"{d.slug} {d.states.get('prepared', 0) + d.states.get('left', 0)} of {len(d.rows)} sentences to code"
        for d in state.documents
        if d.slug not in state.unread and d.states.get("prepared", 0) + d.states.get("left", 0)
    )
    change = f" ({len(state.new)} new, {state.mended} mended)" if state.new or state.mended else ""
    now = datetime.now().astimezone()
    click.echo(f"{now:%H:%M:%S} {report.summary(state.findings)}{change}{f'; {balance}' if balance else ''}", err=True)


COMMANDS = (watch,)
