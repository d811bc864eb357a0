"""The files that a run writes: whole, readable by what they are for, without a half of anything."""

from __future__ import annotations

import json
import os
import resource
import stat
import subprocess
import sys
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from atalaia.errors import DeliveryError, UsageError
from atalaia.exchange.hop import Hop
from probes.model import Reason
from probes.outputs import json_lines, junit, textfile
from tests.support.probe_runs import NOW, failed, planned, retried, run, worked

ROOT = Path(__file__).resolve().parents[3]
CONTROL = failed(planned("negative-control", "tcp", expects_failure=True))
RUN = run(
    worked(planned("auth-service")),
    failed(planned("chat-service", group="chat"), reason=Reason.STATUS, detail='503: <down> & "out"\x00'),
    retried(planned("user-service")),
    CONTROL,
    guilty={"chat": Hop.SERVICE},
)


def test_a_textfile_takes_the_place_of_the_last_one(tmp_path: Path) -> None:
    path = tmp_path / "atalaia.prom"
    textfile.write(path, "a 1\n")
    textfile.write(path, "a 2\n")
    assert path.read_text() == "a 2\n"
    assert os.listdir(tmp_path) == ["atalaia.prom"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


def test_the_collector_is_never_shown_half_a_page(tmp_path: Path) -> None:
    path = tmp_path / "atalaia.prom"
    pages = [letter * 200_000 + "\n" for letter in "ab"]
    textfile.write(path, pages[0])
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(lambda: [textfile.write(path, pages[number % 2]) for number in range(40)])
        while not writing.done():
            assert path.read_text() in pages
            assert [other.suffix for other in tmp_path.iterdir() if other != path] in ([], [".part"])
    writing.result()


def test_a_name_that_the_collector_does_not_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"end in \.prom"):
        textfile.write(tmp_path / "atalaia.txt", "a 1\n")


def test_a_directory_that_is_not_there_is_a_message(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="No such file"):
        textfile.write(tmp_path / "none" / "atalaia.prom", "a 1\n")


def test_what_cannot_be_written_leaves_the_last_page_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "atalaia.prom"
    textfile.write(path, "a 1\n")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(DeliveryError, match="File too large"):
            textfile.write(path, "a" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_text() == "a 1\n"
    assert os.listdir(tmp_path) == ["atalaia.prom"]


def test_a_line_of_json_a_result(tmp_path: Path) -> None:
    path = tmp_path / "probes.jsonl"
    json_lines.append(path, RUN)
    json_lines.append(path, RUN)
    told = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(told) == 8
    first, second, third, control = told[:4]
    assert first["probe"] == "auth-service"
    assert first["facts"] == {"probe_http_status_code": 200.0}
    assert first["phases"]["processing"] == 0.01
    assert (second["success"], second["reason"], second["guilty_hop"]) == (False, "status", "service")
    assert (third["success"], third["first_try"], third["attempts"]) == (True, False, 2)
    assert control["negative_control"]
    assert all(one["run"] == "r1" and one["started"] >= NOW for one in told)


def test_every_key_of_a_line_is_documented() -> None:
    keys = {key for line in json_lines.lines(RUN) for key in json.loads(line)}
    section = (ROOT / "docs" / "probes.md").read_text().partition("**JSON lines**")[2].partition("\n- ")[0]
    assert {key for key in keys if f"`{key}`" not in section} == set()


def test_lines_that_cannot_be_written_leave_no_half_of_one(tmp_path: Path) -> None:
    path = tmp_path / "probes.jsonl"
    json_lines.append(path, RUN)
    before = path.read_bytes()
    script = f"""
import resource
from pathlib import Path
from atalaia.errors import DeliveryError
from probes.outputs import json_lines
from tests.unit.probes.test_outputs import RUN
resource.setrlimit(resource.RLIMIT_FSIZE, ({len(before) + 100}, resource.RLIM_INFINITY))
try:
    json_lines.append(Path({str(path)!r}), RUN)
except DeliveryError as error:
    print(error)
"""
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    assert "File too large" in told
    assert path.read_bytes() == before


def cases(text: str) -> dict[str, ET.Element]:
    """The tests of a document, by name."""
    return {case.attrib["name"]: case for case in ET.fromstring(text).iter("testcase")}


def test_a_pipeline_sees_a_test_a_probe(tmp_path: Path) -> None:
    path = tmp_path / "probes.xml"
    junit.write(path, RUN)
    suite = ET.parse(path).getroot()[0].attrib
    assert (suite["tests"], suite["failures"], suite["errors"]) == ("3", "1", "0")
    found = cases(path.read_text())
    assert set(found) == {"auth-service", "chat-service", "user-service"}
    failure = found["chat-service"].find("failure")
    assert failure is not None
    assert failure.attrib["type"] == "status"
    assert failure.attrib["message"] == (
        'status: 503: <down> & "out"\N{REPLACEMENT CHARACTER} (the hop that fails is the service)'
    )
    assert found["auth-service"].find("failure") is None


def test_of_an_invalid_run_every_test_is_an_error() -> None:
    text = junit.document(run(worked(planned("auth-service")), CONTROL, valid=False))
    assert ET.fromstring(text)[0].attrib["errors"] == "1"
    error = cases(text)["auth-service"].find("error")
    assert error is not None
    assert "negative control" in error.attrib["message"]
