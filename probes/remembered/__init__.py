"""What is watched of an environment file, remembered from run to run.

Cron starts a run every minute, and the file changes once a month: reading it, with all that it takes to tell
everything that is wrong with it, would be most of a run. So what was planned is kept in the state directory,
and is believed as long as everything that it was made of is as it was (`ground`). No secret is kept: in the
place of each stands from where it is read (`sealed`). A plan of which one cannot be told so is not kept, nor
one where this machine has no memory for the key to all that (`key`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

from atalaia.state import state_directory
from probes.remembered.kept import read
from probes.remembered.key import key
from probes.watch import Watch


def watch(path: Path, variables: Mapping[str, str], *, keep: bool = False) -> Watch:
    """What is watched of the environment of this file: as it was planned before, or planned now, and kept
    where asked for. Raises UsageErrors (all that is wrong with the file, and with the plan)."""
    place, secret = place_of(path), key()
    if place is not None and secret is not None:
        found = read(place, path, variables, secret)
        if found is not None:
            return found
    # Loaded here: all that is spared.
    from probes.remembered.planned import planned

    found, made = planned(path, variables)
    if keep and place is not None and secret is not None and made is not None:
        from probes.remembered.keeping import remember

        remember(place, path, found, made, secret)
    return found


def place_of(path: Path) -> Path | None:
    """Where what is remembered of a file lies; None in a directory that is gone. The files that a relative
    path leads to are found from the working directory."""
    try:
        named = str(path) if path.is_absolute() else f"{os.getcwd()}\0{path}"
    except OSError:
        return None
    name = hashlib.blake2b(named.encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()
    return state_directory() / "probes" / "plans" / f"{name}.plan"
