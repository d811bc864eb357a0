"""Content Security Policy, parsed as browsers do (W3C CSP Level 3), and what it leaves open.

A policy that is sent twice, or in two headers, is two policies: what one of them forbids is forbidden.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

Sources = tuple[str, ...]

DIRECTIVES = frozenset(
    {
        "default-src", "script-src", "script-src-elem", "script-src-attr", "style-src", "style-src-elem",
        "style-src-attr", "img-src", "font-src", "connect-src", "media-src", "object-src", "child-src",
        "frame-src", "worker-src", "manifest-src", "prefetch-src", "fenced-frame-src", "base-uri", "sandbox",
        "form-action", "frame-ancestors", "navigate-to", "report-uri", "report-to", "plugin-types",
        "upgrade-insecure-requests", "block-all-mixed-content", "require-trusted-types-for", "trusted-types",
        "require-sri-for", "referrer", "reflected-xss", "webrtc",
    }
)  # fmt: skip
"""Those of the specifications, old ones included; another name is a slip, and does nothing."""

_NONCE_OR_HASH = re.compile(r"'(nonce|sha256|sha384|sha512)-[A-Za-z0-9+/_-]+={0,2}'", re.IGNORECASE)
_KEYWORDS = frozenset(
    {"none", "self", "unsafe-inline", "unsafe-eval", "strict-dynamic", "unsafe-hashes", "report-sample",
     "wasm-unsafe-eval"}
)  # fmt: skip
_ANYWHERE = frozenset({"*", "http:", "https:", "ws:", "wss:", "data:", "blob:", "filesystem:"})
"""Sources that anybody can serve from, `https://*` and the like beside them."""
_SCRIPTS = ("script-src", "script-src-elem", "script-src-attr", "default-src")


@dataclass(frozen=True)
class Policy:
    """One policy: of equal directives the first counts."""

    directives: Mapping[str, Sources]
    duplicates: tuple[str, ...] = ()
    """Names that come again; browsers ignore those."""

    def sources(self, *names: str) -> Sources | None:
        """The sources of the first of these directives that is there."""
        return next((self.directives[name] for name in names if name in self.directives), None)

    @property
    def scripts(self) -> Sources | None:
        """Where scripts may come from; None: from anywhere."""
        return self.sources("script-src-elem", "script-src", "default-src")


def parse(values: Iterable[str]) -> tuple[Policy, ...]:
    """The policies of a response: one for each part between commas that has directives (CSP3, 4.1)."""
    parts = (part for value in values for part in value.split(","))
    return tuple(policy for policy in map(_policy, parts) if policy.directives)


def _policy(text: str) -> Policy:
    directives: dict[str, Sources] = {}
    duplicates = []
    for token in text.split(";"):
        name, *sources = token.split()[:1000] or [""]
        name = name.lower()
        if not name:
            continue
        if name in directives:
            duplicates.append(name)
        else:
            directives[name] = tuple(sources)
    return Policy(directives, tuple(duplicates))


def mistakes(policies: tuple[Policy, ...]) -> tuple[str, ...]:
    """What makes policies mean something else than they say."""
    return tuple(dict.fromkeys(said for policy in policies for said in _mistakes(policy)))


def _mistakes(policy: Policy) -> Iterable[str]:
    for name in policy.duplicates:
        yield f"{name} is there twice: browsers take the first"
    for name, sources in policy.directives.items():
        if name not in DIRECTIVES:
            yield f"{name} is no directive: browsers ignore it"
            continue
        lower = [source.lower() for source in sources]
        for source in lower:
            if source in _KEYWORDS:
                yield f"{name}: {source} without quotes is a host of that name"
        if "'none'" in lower and len(lower) > 1:
            yield f"{name}: 'none' beside other sources means nothing"
        if name in _SCRIPTS and "'strict-dynamic'" in lower and not _trusted(sources):
            yield f"{name}: 'strict-dynamic' without a nonce or a hash lets no script run"


def permissions(policies: tuple[Policy, ...], *, of_pages: bool = True) -> tuple[str, ...]:
    """What all of these policies leave open that an injected script needs.

    `of_pages` False is for data: what a policy does not speak of is not asked for there.
    """
    found = []
    for asks, said in (*_QUESTIONS, *(_PAGES if of_pages else ())):
        answers = [asks(policy) for policy in policies]
        if answers and all(answers):
            found.append(said.format(next(answer for answer in answers if answer)))
    return tuple(found)


def _inline(policy: Policy) -> str:
    """CSP3, 6.7.3.2: a nonce, a hash or 'strict-dynamic' takes 'unsafe-inline' back."""
    for names in (
        ("script-src-elem", "script-src", "default-src"),
        ("script-src-attr", "script-src", "default-src"),
    ):
        sources = policy.sources(*names)
        lower = [source.lower() for source in sources or ()]
        if "'unsafe-inline'" in lower and not _trusted(sources or ()) and "'strict-dynamic'" not in lower:
            return next(name for name in names if name in policy.directives)
    return ""


def _eval(policy: Policy) -> str:
    sources = policy.sources("script-src", "default-src") or ()
    found = "'unsafe-eval'" in (source.lower() for source in sources)
    return ("script-src" if "script-src" in policy.directives else "default-src") if found else ""


def _broad_scripts(policy: Policy) -> str:
    sources = policy.scripts or ()
    if "'strict-dynamic'" in (source.lower() for source in sources) and _trusted(sources):
        return ""  # hosts and schemes are ignored beside it
    return ", ".join(anywhere(sources))


def _broad_objects(policy: Policy) -> str:
    return ", ".join(anywhere(policy.sources("object-src", "default-src") or ()))


def _scripts_free(policy: Policy) -> str:
    return "script-src" if policy.scripts is None else ""


def _objects_free(policy: Policy) -> str:
    return "object-src" if policy.sources("object-src", "default-src") is None else ""


_Question = tuple[Callable[[Policy], str], str]
_QUESTIONS: tuple[_Question, ...] = (
    (_inline, "{}: 'unsafe-inline' lets an injected script run"),
    (_eval, "{}: 'unsafe-eval' lets text become code"),
    (_broad_scripts, "scripts from anywhere: {}"),
    (_broad_objects, "plugins from anywhere: {}"),
)
_PAGES: tuple[_Question, ...] = (
    (_scripts_free, "neither {} nor default-src: scripts from anywhere"),
    (_objects_free, "neither {} nor default-src: plugins from anywhere"),
)


def framing(policies: tuple[Policy, ...]) -> Sources | None:
    """Who may show the answer in a frame, by the strictest policy; None where none speaks of it."""
    said = [
        policy.directives["frame-ancestors"] for policy in policies if "frame-ancestors" in policy.directives
    ]
    return min(said, key=lambda sources: len(anywhere(sources)), default=None)


def anywhere(sources: Sources) -> tuple[str, ...]:
    """Those sources that anybody can be: `*`, `https:`, `data:`, `https://*`."""
    return tuple(
        source
        for source in sources
        if source.lower() in _ANYWHERE or re.fullmatch(r"\w+://\*(:[\d*]+)?/?", source)
    )


def _trusted(sources: Sources) -> bool:
    """Whether single scripts are named: by a nonce or a hash."""
    return any(_NONCE_OR_HASH.fullmatch(source) for source in sources)
