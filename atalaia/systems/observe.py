"""Take any observation: the systems' own kinds here, the others in the exchange room."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Any

from atalaia.exchange import observe as exchange
from atalaia.exchange.network import Network
from atalaia.exchange.observable import Handshake, Observable
from atalaia.exchange.trust import verifying
from atalaia.systems.counted import CountedSequence
from atalaia.systems.drill.model import DrillMeasurement
from atalaia.systems.grafana.walk import Walk
from atalaia.systems.kong.admin.model import AdminList
from atalaia.systems.limiter.model import LimiterMeasurement
from atalaia.systems.postgres.model import PostgresLogin
from atalaia.systems.programs import Program
from atalaia.systems.prometheus.counted_page import CountedPage
from atalaia.systems.prometheus.evaluated import EvaluatedRules
from atalaia.systems.prometheus.label_names import LabelNames
from atalaia.systems.prometheus.loop import LoopMeasurement
from atalaia.systems.prometheus.settled import ProbedPage, SettledTargets
from atalaia.systems.redis.model import RedisLogin


def prepare(observables: Iterable[Observable], network: Network) -> None:
    """Load what these will need, before the first deadline runs.

    An import or a list of authorities that is read within a run holds up everything that waits, and
    could pass for a server that is slow.
    """
    kinds = {type(observable) for observable in observables}
    if PostgresLogin in kinds:
        importlib.import_module("psycopg")
    if AdminList in kinds:
        importlib.import_module("atalaia.systems.kong.admin.client")
    if LimiterMeasurement in kinds:
        importlib.import_module("atalaia.systems.limiter.measure")
    if CountedSequence in kinds:
        importlib.import_module("atalaia.systems.counting")
    if LabelNames in kinds:
        importlib.import_module("atalaia.systems.prometheus.label_names_client")
    if Walk in kinds:
        importlib.import_module("atalaia.systems.grafana.walk_client")
    if SettledTargets in kinds:
        importlib.import_module("atalaia.systems.prometheus.settling")
    if DrillMeasurement in kinds:
        importlib.import_module("atalaia.systems.drill.measure")
    if CountedPage in kinds:
        importlib.import_module("atalaia.systems.prometheus.count_page")
    if EvaluatedRules in kinds:
        importlib.import_module("atalaia.systems.prometheus.evaluating")
    if Program in kinds:
        importlib.import_module("atalaia.systems.programs_client")
    if ProbedPage in kinds:
        importlib.import_module("atalaia.systems.prometheus.probing")
    if LoopMeasurement in kinds:
        importlib.import_module("atalaia.systems.prometheus.looping")
    if Handshake in kinds:
        verifying(network.ca)


async def observe(observable: Observable, network: Network) -> Any:
    """What is seen of an observable, failures included. Raises TypeError for an unknown kind."""
    # The clients are imported late: a run without stores needs no database driver.
    match observable:
        case PostgresLogin():
            from atalaia.systems.postgres import client as postgres

            return await postgres.log_in(observable.account, network)
        case RedisLogin():
            from atalaia.systems.redis import client as redis

            return await redis.log_in(observable.account, network)
        case AdminList():
            from atalaia.systems.kong.admin import client as kong

            return await kong.read_list(observable, network)
        case CountedSequence():
            from atalaia.systems import counting

            return await counting.count(observable, network)
        case SettledTargets():
            from atalaia.systems.prometheus import settling

            return await settling.settle(observable, network)
        case CountedPage():
            from atalaia.systems.prometheus import count_page

            return await count_page.read_counted(observable, network)
        case EvaluatedRules():
            from atalaia.systems.prometheus import evaluating

            return await evaluating.read_evaluated(observable, network)
        case Program():
            from atalaia.systems import programs_client

            return await programs_client.ask(observable, network)
        case ProbedPage():
            from atalaia.systems.prometheus import probing

            return await probing.probe(observable, network)
        case LoopMeasurement():
            from atalaia.systems.prometheus import looping

            return await looping.follow(observable, network)
        case LimiterMeasurement():
            from atalaia.systems.limiter import measure as limiter

            return await limiter.measure(observable, network)
        case LabelNames():
            from atalaia.systems.prometheus import label_names_client

            return await label_names_client.read_label_names(observable, network)
        case Walk():
            from atalaia.systems.grafana import walk_client

            return await walk_client.walk(observable, network)
        case DrillMeasurement():
            from atalaia.systems.drill import measure as drill

            return await drill.measure(observable, network)
    return await exchange.observe(observable, network)
