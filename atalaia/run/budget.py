"""How much of each limiter's budget a run may take, and which observations fit into it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from atalaia.environment import Environment
from atalaia.exchange.cost import Cost
from atalaia.exchange.observable import Observable
from atalaia.run.case import Case
from atalaia.run.ledger import Account, Ledger


@dataclass(frozen=True)
class Use:
    """One bucket of one limiter: what may be used, what is, and what this run takes."""

    bucket: str
    limit: int
    window: float
    allowed: int
    """The safety's share of the limit, rounded down."""
    used: int
    """By earlier runs that still weigh."""
    planned: int

    def __str__(self) -> str:
        earlier = f", {self.used} used by earlier runs" if self.used else ""
        limit = f"{self.limit} per {self.window:g} s{earlier}"
        return f"{self.bucket}: {self.planned} of {self.allowed} allowed ({limit})"


@dataclass(frozen=True)
class Allotment:
    """What a run may send: its client address, what it takes of each bucket, and what must stay unsent."""

    identity: str | None = None
    clients: Mapping[str, str] = field(default_factory=dict)
    """Further client addresses of the run, by the names that observables are sent as."""
    uses: tuple[Use, ...] = ()
    denied: Mapping[str, str] = field(default_factory=dict)
    """Key of an observable → why it is not sent."""
    granted: Mapping[str, tuple[Cost, ...]] = field(default_factory=dict)
    """Key of an observable that costs something → what it was charged."""
    scope: str = ""
    """The stack whose ledger was charged."""


def in_order_of_worth(cases: Iterable[Case]) -> list[Observable]:
    """Each observable once: what is free first, then every check's first target, its second, and so on.

    So a budget that does not suffice for all still lets every check see a sample of its targets.
    """
    rank: Counter[str] = Counter()
    weighted: dict[str, tuple[tuple[int, int], Observable]] = {}
    for case in cases:
        turn = rank[case.check.id]
        rank[case.check.id] += 1
        for observable in case.observables:
            key = (1 if observable.costs else 0, turn)
            if observable.key not in weighted or key < weighted[observable.key][0]:
                weighted[observable.key] = (key, observable)
    return [observable for _, observable in sorted(weighted.values(), key=lambda entry: entry[0])]


def allot(
    environment: Environment,
    cases: Iterable[Case],
    ledger: Ledger,
    *,
    run: str,
    now: float,
    identity: str | None,
    clients: Mapping[str, str] | None = None,
    charge: bool = True,
) -> Allotment:
    """Grant observations until a bucket is full, and charge the ledger for those granted.

    `charge=False` only looks. Raises UsageError where the ledger cannot be used.
    """
    share = environment.limiter_share
    addresses = dict(clients or {}) | ({"": identity} if identity else {})
    with ledger.account(scope(environment), now) as account:
        account.let_none_be_later(now)
        books: dict[str, _Book] = {}
        denied: dict[str, str] = {}
        granted: dict[str, tuple[Cost, ...]] = {}
        for observable in in_order_of_worth(cases):
            costs = charges(observable, addresses)
            for cost in costs:
                books.setdefault(cost.bucket, _Book.open(cost, share, account, now))
            if short := _reserve(books, costs, addresses):
                denied[observable.key] = _want(books[short.bucket], short)
            elif costs:
                granted[observable.key] = costs
        if charge:
            for book in books.values():
                if book.planned:
                    account.charge(book.bucket, book.planned, now, run)
    uses = tuple(book.use() for book in books.values())
    return Allotment(identity, clients or {}, uses, denied, granted, scope(environment))


def _reserve(
    books: Mapping[str, _Book], costs: tuple[Cost, ...], addresses: Mapping[str, str]
) -> Cost | None:
    """Put costs down in their books: all of them, or none and the first for which there is no room."""
    for number, cost in enumerate(costs):
        if not books[cost.bucket].has(cost, addresses):
            for before in costs[:number]:
                books[before.bucket].planned -= before.requests
            return cost
        books[cost.bucket].planned += cost.requests
    return None


def _want(book: _Book, cost: Cost) -> str:
    if cost.exhausts and cost.requests > book.allowed:
        needs = "an address of the run's own (client.addresses) or allow.limiter_share: 100%"
        return f"not sent: it would use up {book.use()}, and needs {needs}"
    return f"not sent for want of budget: {book.use()}"


def settle(
    allotment: Allotment, ledger: Ledger, taken: Callable[[str], bool], *, run: str, now: float
) -> None:
    """Replace what a run reserved by what it really sent; `taken` knows by an observable's key."""
    spent: Counter[str] = Counter()
    for key, costs in allotment.granted.items():
        if taken(key):
            for cost in costs:
                spent[cost.bucket] += cost.requests
    with ledger.account(allotment.scope, now) as account:
        account.release(run)
        for bucket, requests in spent.items():
            account.charge(bucket, requests, now, run)


def charges(observable: Observable, addresses: Mapping[str, str]) -> tuple[Cost, ...]:
    """The costs of an observable, in the buckets of the clients that send it."""
    return tuple(_charged(cost, observable, addresses) for cost in observable.costs)


def _charged(cost: Cost, observable: Observable, addresses: Mapping[str, str]) -> Cost:
    client = observable.client if cost.client is None else cost.client
    address = addresses.get(client, addresses.get(""))
    if address is None:
        return cost
    return replace(cost, bucket=cost.bucket.replace("client", f"client {address}"))


def scope(environment: Environment) -> str:
    """The stack whose limiters are counted: two files that name the same front share its budget."""
    if environment.load_balancer:
        return environment.load_balancer.url.origin
    if environment.gateway:
        return environment.gateway.nodes[0].proxy.origin
    return environment.name


@dataclass
class _Book:
    bucket: str
    limit: int
    window: float
    allowed: int
    used: int
    planned: int = 0

    @classmethod
    def open(cls, cost: Cost, share: float, account: Account, now: float) -> _Book:
        used = account.used(cost.bucket, now - cost.remembered)
        return cls(cost.bucket, cost.limit, cost.window, int(cost.limit * share), used)

    def has(self, cost: Cost, addresses: Mapping[str, str]) -> bool:
        """Whether it may be taken. A measurement may overrun what is its own, to see its end."""
        if cost.exhausts:
            own = any(f"client {address}" in self.bucket for address in addresses.values())
            return own or self.allowed >= self.limit
        return self.used + self.planned + cost.requests <= self.allowed

    def use(self) -> Use:
        return Use(self.bucket, self.limit, self.window, self.allowed, self.used, self.planned)
