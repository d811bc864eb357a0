"""What is watched of an environment file, remembered from run to run.

Cron starts a run every minute, and the file changes once a month: reading it, with all that it takes to tell
everything that is wrong with it, would be most of a run. So what was planned is kept in the state directory,
and is believed as long as everything that it was made of is as it was (`ground`). No secret is kept: in the
place of each stands from where it is read (`sealed`). A plan of which one cannot be told so is not kept.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from atalaia.state import state_directory
from probes.remembered.kept import Kept, keep, read
from probes.remembered.sealed import unsealed
from probes.watch import Watch


def watch(path: Path, variables: Mapping[str, str]) -> Watch:
    """What is watched of the environment of this file: as it was planned before, or planned now.

    Raises UsageErrors (all that is wrong with the file, and with the plan).
    """
    place = place_of(path)
    kept = read(place)
    if kept is not None and (found := _believed(kept, variables)):
        return found
    # Loaded here: all that is spared.
    from probes.remembered.planned import planned

    made, ground = planned(path, variables)
    if ground is not None:
        keep(place, path, made, ground, variables)
    return made


def place_of(path: Path) -> Path:
    """Where what is remembered of a file lies. Relative paths in it are found from the working directory."""
    named = f"{os.getcwd()}\0{path}"
    name = hashlib.blake2b(named.encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()
    return state_directory() / "probes" / "plans" / f"{name}.plan"


def _believed(kept: Kept, variables: Mapping[str, str]) -> Watch | None:
    """What was planned, where everything that it was made of is as it was."""
    texts = kept.ground.unchanged(variables)
    return None if texts is None else unsealed(kept.body, texts, variables)
