"""Logins, where the owner says that sending one changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from atalaia.environment import Effect, Environment
from probes.planning.asking import asked
from probes.planning.draft import Draft


def drafts(environment: Environment) -> Iterator[Draft]:
    """A login of each scheme that declares one, at the innermost hop that answers it."""
    if not environment.gateway or not any(one.login for one in environment.authentication.values()):
        return
    # Loaded here: it brings most of the gateway's checks with it, which other runs do not need.
    from atalaia.checks.authentication.login import login, schemes_with_login

    schemes = schemes_with_login(environment)
    for name in schemes if isinstance(schemes, tuple) else ():
        request = login(environment, name)
        if request.safe or environment.allows(Effect.WRITES):
            yield asked(f"login {name}", request, costs_known=bool(environment.routes))
