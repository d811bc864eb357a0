"""deploy/load: what containers and pods are given is a command that exists, and they belong together."""

from __future__ import annotations

from typing import Any

import click
import pytest
import yaml

from atalaia.cli import cli
from tests.support.deployed import DEPLOY

LOAD = DEPLOY / "load"
JOB = yaml.safe_load((LOAD / "kubernetes" / "job.yml").read_text())
DISTRIBUTED = list(yaml.safe_load_all((LOAD / "kubernetes" / "distributed.yml").read_text()))
COMPOSE = yaml.safe_load((LOAD / "compose.yaml").read_text())["services"]
PODS: dict[str, Any] = {
    "nightly": JOB["spec"]["jobTemplate"]["spec"],
    **{one["metadata"]["name"]: one["spec"] for one in DISTRIBUTED if one["kind"] == "Job"},
}


def parsed(words: list[str]) -> dict[str, Any]:
    """What the command understands. Raises click's UsageError where it or an option does not exist."""
    group: Any = cli.get_command(click.Context(cli), words[0])
    command = group.get_command(click.Context(group), words[1])
    assert command, f"no command {words[1]}"
    parameters: dict[str, Any] = command.make_context(words[1], words[2:]).params
    return parameters


@pytest.mark.parametrize("name", PODS)
def test_a_pod_calls_a_command_that_exists_once(name: str) -> None:
    pod = PODS[name]["template"]["spec"]
    (container,) = pod["containers"]
    parsed(list(container["args"]))
    assert pod["restartPolicy"] == "Never"
    assert PODS[name]["backoffLimit"] == 0
    mounted = {mount["name"] for mount in container["volumeMounts"]}
    assert mounted == {volume["name"] for volume in pod["volumes"]}
    assert container["securityContext"]["readOnlyRootFilesystem"]


def test_the_master_expects_as_many_workers_as_there_are() -> None:
    master, worker = PODS["atalaia-load-master"], PODS["atalaia-load-worker"]
    (service,) = [one for one in DISTRIBUTED if one["kind"] == "Service"]
    asked = parsed(list(master["template"]["spec"]["containers"][0]["args"]))
    works = parsed(list(worker["template"]["spec"]["containers"][0]["args"]))
    assert asked["expect_workers"] == worker["completions"] == worker["parallelism"]
    assert asked["scenario"] == works["scenario"]
    assert works["master_host"] == service["metadata"]["name"]
    assert works["master_port"] == service["spec"]["ports"][0]["port"]
    assert asked["bind"].endswith(f":{works['master_port']}")
    assert service["spec"]["selector"].items() <= master["template"]["metadata"]["labels"].items()


def test_only_workers_reach_the_master() -> None:
    (policy,) = [one["spec"] for one in DISTRIBUTED if one["kind"] == "NetworkPolicy"]
    worker = PODS["atalaia-load-worker"]["template"]["metadata"]["labels"]
    ((rule,),) = [policy["ingress"]]
    assert rule["from"] == [{"podSelector": {"matchLabels": worker}}]


def test_compose_calls_commands_that_exist() -> None:
    words = {name: [word.replace("${SCENARIO:-steady}", "steady") for word in one["command"]]
             for name, one in COMPOSE.items()}  # fmt: skip
    master, worker = parsed(words["master"]), parsed(words["worker"])
    assert master["scenario"] == worker["scenario"]
    assert worker["master_host"] == "master"
    assert master["expect_workers"] == 3


def test_the_image_has_all_that_the_wheel_has_and_locust() -> None:
    text = (LOAD / "Containerfile").read_text()
    probes = (DEPLOY / "probes" / "Containerfile").read_text()
    assert [line for line in text.splitlines() if line.startswith("COPY ")] == [
        line for line in probes.splitlines() if line.startswith("COPY ")
    ]
    assert "'.[load]'" in text
