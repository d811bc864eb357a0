"""Who is told of a run: the Pushgateway and any number of files."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from atalaia.environment.url import Url
from atalaia.errors import DeliveryError
from atalaia.exchange.network import Network
from atalaia.redaction import Redactor
from probes.model import Run
from probes.vantage import Vantage


@dataclass(frozen=True)
class Receivers:
    """Where a run's results go."""

    pushgateway: Url | None = None
    textfile: Path | None = None
    """For node_exporter's textfile collector."""
    json_lines: Path | None = None
    """Appended to; `-` is the standard output."""
    junit: Path | None = None

    @property
    def pages(self) -> bool:
        """Whether anybody is given metrics."""
        return self.pushgateway is not None or self.textfile is not None

    async def give_page(
        self, page: str, vantage: Vantage, network: Network, redactor: Redactor, within: timedelta
    ) -> list[DeliveryError]:
        """Give the page of metrics to those who take one; who did not. None is in another's way."""
        failures = []
        if self.textfile:
            from probes.outputs import textfile

            try:
                textfile.write(self.textfile, page)
            except DeliveryError as error:
                failures.append(error)
        if self.pushgateway:
            from probes.delivery import deliver

            try:
                await deliver(page, vantage, self.pushgateway, network, within=within, redactor=redactor)
            except DeliveryError as error:
                failures.append(error)
        return failures

    def give_results(self, run: Run) -> list[DeliveryError]:
        """Write the results that were measured in this run to the files that take results."""
        failures = []
        if self.json_lines:
            from probes.outputs import json_lines

            try:
                if str(self.json_lines) == "-":
                    json_lines.write(sys.stdout, run)
                else:
                    json_lines.append(self.json_lines, run)
            except DeliveryError as error:
                failures.append(error)
        if self.junit:
            from probes.outputs import junit

            try:
                junit.write(self.junit, run)
            except DeliveryError as error:
                failures.append(error)
        return failures
