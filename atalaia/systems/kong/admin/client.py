"""Read a list of the Admin API to its end, whatever the server does. GET only."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

from atalaia.exchange.client import Client
from atalaia.exchange.failure import Failure, Reason
from atalaia.exchange.network import Network
from atalaia.exchange.observable import HttpRequest
from atalaia.systems.document import instead_of
from atalaia.systems.kong.admin.model import AdminEntities, AdminList
from atalaia.systems.kong.admin.pages import Page, page_of
from atalaia.systems.kong.secrecy import masked

_PAGES = 500
"""Pages that are followed, those of the lists below counted too."""
_BYTES = 64 * 2**20
"""Bytes that are read, over all pages."""
_SIZE = 200
"""Entities asked for at once: pages well below the cap of a body."""


class _Broken(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure))
        self.failure = failure


class _Absent(Exception):
    """There is no such list."""


async def read_list(wanted: AdminList, network: Network) -> AdminEntities:
    """Every entity of the list; each page within a deadline of its own, every failure part of it."""
    begun = time.perf_counter()
    reading = _Reading(wanted, network)
    documents: list[dict[str, Any]] = []
    below: list[dict[str, Any]] = []
    failure: Failure | None = None
    absent = False
    try:
        async for page in reading.pages(wanted.path):
            documents += page.documents
        for document in documents if wanted.below else ():
            async for page in reading.pages(f"{wanted.path}/{document['id']}/{wanted.below}"):
                below += page.documents
    except _Absent:
        absent = True
    except _Broken as broken:
        failure = broken.failure
    given = [secret.get_secret_value() for secret in wanted.known]
    known = {*given, *(secret.strip() for secret in given)}
    return AdminEntities(
        path=wanted.path,
        documents=tuple(masked(documents, known)),
        below=tuple(masked(below, known)),
        pages=reading.read,
        absent=absent,
        failure=failure,
        elapsed=time.perf_counter() - begun,
    )


class _Reading:
    """One observation's pages, counted."""

    def __init__(self, wanted: AdminList, network: Network) -> None:
        self._wanted = wanted
        self._network = network
        self._bytes = 0
        self.read = 0

    async def pages(self, path: str) -> AsyncIterator[Page]:
        """The pages of a list from its first to its last. Raises _Broken."""
        following: str | None = f"{path}?size={_SIZE}"
        known: set[str] = set()
        async with Client(self._network) as client:
            while following is not None:
                if following in known:
                    raise _broken("the pages go round in a circle: next leads to one that was read")
                known.add(following)
                page = await self._page(client, following)
                yield page
                following = page.next

    async def _page(self, client: Client, target: str) -> Page:
        if self.read == _PAGES:
            raise _broken(f"more than {_PAGES} pages")
        wanted = self._wanted
        exchange = await client.exchange(
            HttpRequest(key=f"{wanted.key} {target}", hop=wanted.hop, url=wanted.url,
                        target=wanted.url.path + target)
        )  # fmt: skip
        if exchange.failure or exchange.response is None:
            raise _Broken(exchange.failure or Failure(reason=Reason.PROTOCOL, detail="no answer"))
        self.read += 1
        response = exchange.response
        self._bytes += len(response.body)
        if response.status == 404 and wanted.optional and self.read == 1:
            raise _Absent
        if response.status != 200:
            raise _broken(f"{response.status} instead of a list", _REFUSED.get(response.status))
        if response.truncated:
            raise _broken("a page that is too long to be read whole")
        if self._bytes > _BYTES:
            raise _broken(f"more than {_BYTES >> 20} MiB")
        try:
            return page_of(response.json())
        except ValueError as error:
            is_json = response.body.lstrip()[:1] in {b"{", b"["}
            detail = str(error) if is_json else instead_of(response.body, "a page of a list")
            raise _broken(detail) from None


_REFUSED = {401: Reason.AUTH, 403: Reason.AUTH}


def _broken(detail: str, reason: Reason | None = None) -> _Broken:
    return _Broken(Failure(reason=reason or Reason.PROTOCOL, detail=detail))
