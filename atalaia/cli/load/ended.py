"""What is done with a run that ended: it is kept, pushed and told."""

from __future__ import annotations

from pathlib import Path

import click

from atalaia.cli.screen import screen
from atalaia.environment import Environment
from atalaia.errors import DeliveryError, ExitCode
from loadtests.history.keeping import keep
from loadtests.metrics.exposition import final
from loadtests.metrics.pushing import push as hand_over
from loadtests.metrics.pushing import pushgateway_of
from loadtests.run import Ran
from loadtests.telling import markdown as as_markdown
from loadtests.telling.facts import CODES
from loadtests.telling.report import render


def keep_and_tell(ran: Ran, environment: Environment, out: Path, markdown: Path | None, *, push: bool) -> int:
    """Keep it, push it, tell it. The exit code."""
    record, troubles, path = ran.record, [], ""
    try:
        kept = keep(record, ran.measured, out)
        path = str(kept.relative_to(Path.cwd()) if kept.is_relative_to(Path.cwd()) else kept)
    except DeliveryError as error:
        troubles.append(error)
    if markdown:
        try:
            with markdown.open("a", encoding="utf-8") as file:
                file.write(as_markdown.render(record))
        except OSError as error:
            what = f"the report cannot be written: {error.strerror}"
            troubles.append(DeliveryError(what, where=str(markdown)))
    to = pushgateway_of(environment) if push else None
    if to:
        labels = {"environment": record.environment, "scenario": record.configuration.scenario}
        page = final(labels, record.verdict, ran.measured)
        try:
            hand_over(page, labels, to, environment, f"they are in {path}" if path else "")
        except DeliveryError as error:
            troubles.append(error)
    if ran.measured.unwritten:
        troubles.append(DeliveryError(f"Locust's own files cannot be written: {ran.measured.unwritten}"))
    code = CODES[record.verdict.outcome] or (ExitCode.NOT_DELIVERED if troubles else ExitCode.OK)
    click.echo(render(record, screen(), path, code), nl=False)
    for trouble in troubles:
        click.echo(str(trouble), err=True)
    if ran.live:
        click.echo(f"live metrics: {ran.live}", err=True)
    return code
