"""What is asked of PostgreSQL."""

from __future__ import annotations

from typing import ClassVar

from pydantic import SecretStr

from atalaia.environment.url import Url
from atalaia.exchange.observable import Observable
from atalaia.systems.postgres.session import PostgresAccount, PostgresSession


class PostgresLogin(Observable):
    """Log in, and ask who the server is; nothing is written."""

    sees: ClassVar[type[PostgresSession]] = PostgresSession

    url: Url
    password: SecretStr | None = None
    """The password, where the URL has none."""

    @property
    def account(self) -> PostgresAccount:
        """Where, and as whom."""
        return PostgresAccount(self.url, self.password.get_secret_value() if self.password else "")
