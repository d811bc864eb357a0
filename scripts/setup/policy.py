"""Keeps daemons from starting while their packages are installed: Debian's policy-rc.d."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POLICY = Path("/usr/sbin/policy-rc.d")
_MARK = "# Written by Atalaia's set-up, and removed when the installation ends."
_DENY = f"#!/bin/sh\n{_MARK}\nexit 101\n"


@contextmanager
def daemons_kept_from_starting(policy: Path = POLICY) -> Iterator[None]:
    """Within it, maintainer scripts start no daemon; a policy that existed is put back at the end.

    A policy that was there is moved aside, not copied: its owner, mode and kind (Debian allows a
    link to alternatives) come back untouched. What a killed set-up left behind is cleared first.
    """
    aside = policy.with_name(policy.name + ".before-atalaia")
    _restore(policy, aside)
    if os.path.lexists(policy):
        policy.rename(aside)
    try:
        _write(policy)
        yield
    finally:
        _restore(policy, aside)


def _write(policy: Path) -> None:
    """Write the policy in one step: a reader never sees half of it, nor one that cannot be executed."""
    draft = policy.with_name(policy.name + ".atalaia")
    draft.write_text(_DENY)
    draft.chmod(0o755)
    draft.rename(policy)


def _restore(policy: Path, aside: Path) -> None:
    if policy.is_file() and _MARK in policy.read_text(errors="replace"):
        policy.unlink()
    if os.path.lexists(aside) and not os.path.lexists(policy):
        aside.rename(policy)
