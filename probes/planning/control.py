"""The negative control: what must fail, or no result is believed."""

from __future__ import annotations

from atalaia.environment import Url
from atalaia.environment.probes import NegativeControl
from atalaia.exchange.hop import Hop
from probes.kinds.tcp import Tcp
from probes.planning import instances
from probes.planning.draft import Draft

NAME = "negative-control"


def draft(control: NegativeControl) -> Draft:
    """A connection to where nobody listens."""
    url = Url("http", control.host, control.port)
    return Draft(NAME, "tcp", instances.of_address(url), Hop.UNKNOWN, Tcp(url))
