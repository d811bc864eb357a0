"""What a run loads that remembers its plan."""

from __future__ import annotations

import subprocess
import sys

from tests.support.remembered_plans import KEY, watch


def test_a_remembered_run_loads_neither_models_nor_a_reader_of_yaml(file):
    """Most of a run from cron was loading these."""
    plain = file.with_name("plain.yml")
    plain.write_text('name: plain\nprobes: {add: [{name: shop, kind: http, url: "http://localhost:3001"}]}\n')
    watch(plain, {})
    kinds = ", ".join(f"probes.kinds.{kind}" for kind in ("http", "tcp", "tls", "dns", "redis", "journey"))
    script = (
        f"import os, sys; from pathlib import Path; import {kinds}; "
        "import probes.cron_run, probes.delivery, probes.telling, probes.verdict; "
        f"from probes import remembered; remembered.key = lambda: {KEY!r}; "
        f"remembered.watch(Path({str(plain)!r}), os.environ, keep=True); "
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "probes" in done.stdout.split()
    assert not {"pydantic", "pydantic_core", "yaml", "httpcore", "jwt"} & set(done.stdout.split())
