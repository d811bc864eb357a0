"""What is asked of Redis."""

from __future__ import annotations

from typing import ClassVar

from pydantic import SecretStr

from atalaia.environment.url import Url
from atalaia.exchange.observable import Observable
from atalaia.systems.redis.session import RedisAccount, RedisSession


class RedisLogin(Observable):
    """Ask anonymously, then log in, PING and INFO; nothing is written."""

    sees: ClassVar[type[RedisSession]] = RedisSession

    url: Url
    password: SecretStr | None = None
    """The password, where the URL has none."""

    @property
    def account(self) -> RedisAccount:
        """Where, and as whom."""
        return RedisAccount(self.url, self.password.get_secret_value() if self.password else "")
