"""What the processes of a run agree on."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from atalaia.environment import Safety
from atalaia.run.budget import Allotment, Use
from atalaia.run.share import Agreement, clients_of
from tests.support.imagined import environment

WHY = "not sent for want of budget: load-balancer client: 9 of 10 allowed (100 per 60 s)"


def agreement(**allotment) -> Agreement:
    return Agreement(
        environment="x",
        safety=Safety.PRODUCTION,
        stand_ins=(),
        planned=(),
        allotment=Allotment(**allotment),
    )


def test_a_report_notes_what_was_not_sent_though_the_bucket_has_room_for_less():
    """Four requests in a row do not fit where one still would."""
    use = Use("load-balancer client", limit=100, window=60, allowed=10, used=0, planned=9)
    assert agreement(uses=(use,), denied={"spread": WHY}).notes == (f"1 observation {WHY}",)


def test_a_report_notes_the_address_that_was_sent_from():
    assert agreement(identity="127.64.0.9").notes == ("sent from 127.64.0.9",)


def test_an_agreement_is_the_same_after_a_trip_through_its_file():
    made = agreement(identity="127.64.0.9", denied={"spread": WHY})
    assert Agreement.model_validate_json(made.model_dump_json()) == made


@pytest.mark.parametrize("network", ["127.64.0.0/16", "127.0.0.9/32", "127.0.0.8/31", "fd00::/64", "::/0"])
def test_a_runs_address_is_a_hosts_and_the_same_for_all_its_workers(network):
    """Also in a network of IPv6, which has more addresses than a range has a length."""
    declared = environment(client={"addresses": network})
    chosen = clients_of(declared, "a run", ("",))[""]
    assert chosen is not None
    assert ip_address(chosen) in ip_network(network)
    assert chosen == clients_of(declared, "a run", ("", "other"))[""]
