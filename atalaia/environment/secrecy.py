"""Which parts of any text may not be shown: the one place that says so, whatever file or answer it is of.

A credential is known by the name that it stands under; in an address nothing is shown that is between the
scheme and the host, nor any value of the query. `gateway_secrecy` and `monitoring_secrecy` say which fields
of their systems' configurations are shown beside that.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from atalaia.redaction import MARK

Place = tuple[str, ...]
"""The names of the fields around a text, outermost first: `("config", "add", "headers")`."""
Cover = Callable[[str, bool], str]
"""What stands for a text that is not shown; told whether it is a credential for sure."""

_SECRET = re.compile(
    r"(?!hash_)(.*[_\-]|)(key|key_alt|passw(or)?d|secret|secret_key|token|api-?_?key|authorization|cookie"
    r"|credentials?)",
    re.IGNORECASE,
)
_URL = re.compile(
    r"(?P<scheme>[a-z][a-z0-9+.\-]*://)(?:(?P<user>[^/?#\s]*)@)?(?P<rest>[^?#\s]*)(?P<query>\?[^#\s]*)?"
    r"(?P<fragment>#\S*)?",
    re.IGNORECASE,
)
_PORTED = re.compile(r"""[^/:]*(:\d*(?!\w))?|\[[^/]*\](:\d*(?!\w))?""")
_HARMLESS = re.compile(
    r"access-control-.*|cache-control|clear-site-data|connection|content-(type|language|disposition"
    r"|encoding|security-policy(-report-only)?)|cross-origin-.*|deprecation|expect-ct|expires|feature-policy"
    r"|host|link|nel|origin-agent-cluster|permissions-policy|pragma|referrer-policy|report-to|reporting-endpoints"
    r"|server|strict-transport-security|sunset|timing-allow-origin|vary|via|x-content-type-options"
    r"|x-download-options|x-frame-options|x-permitted-cross-domain-policies|x-powered-by|x-robots-tag"
    r"|x-xss-protection|x-dns-prefetch-control|accept(-.*)?|x-forwarded-(proto|port|host|prefix)|user-agent",
    re.IGNORECASE,
)
"""Headers whose values are meant for everybody, and which findings are about."""


def is_secret(name: str) -> bool:
    """Whether a text under this name is a credential: `redis_password`, `secret`, `Authorization`."""
    return _SECRET.fullmatch(name) is not None


def is_address(text: str) -> bool:
    """Whether a text is one URL."""
    return _URL.fullmatch(text) is not None


def shown(text: str) -> str:
    """A text of somebody else's, for people: what an error says, an address."""
    return in_addresses(text, lambda part, sure: MARK)


def to_origin(text: str, cover: Cover) -> str:
    """The text with every URL in it cut to `scheme://host:port`: the path of a webhook is its password."""

    def cut(found: re.Match[str]) -> str:
        in_addresses(found[0], cover)
        host, slash, path = found["rest"].partition("/")
        if not _is_host(found):
            return f"{found['scheme']}{cover(found[0].removeprefix(found['scheme']), True)}"
        behind = f"{slash}{path}{found['query'] or ''}{found['fragment'] or ''}"
        user = f"{cover(found['user'], False)}@" if found["user"] else ""
        return f"{found['scheme']}{user}{host}{f'/{cover(behind, False)}' if behind.strip('/') else ''}"

    return _URL.sub(cut, text)


def in_addresses(text: str, cover: Cover) -> str:
    """The text with the credentials and the values of the query of every URL in it covered."""

    def without(found: re.Match[str]) -> str:
        if not _is_host(found):  # a / in a password: http://user:pass/word@host
            return f"{found['scheme']}{cover(found[0].removeprefix(found['scheme']), True)}"
        user, query = found["user"] or "", found["query"]
        name, colon, password = user.partition(":")
        covered_name = name and cover(name, not colon)
        before = f"{covered_name}{colon}{password and cover(password, True)}@" if user else ""
        covered_query = f"?{in_query(query[1:], cover)}" if query else ""
        fragment = found["fragment"] or ""
        if "=" in fragment:
            fragment = f"#{in_query(fragment[1:], cover)}"
        return f"{found['scheme']}{before}{found['rest']}{covered_query}{fragment}"

    return _URL.sub(without, text)


def in_path(text: str, cover: Cover) -> str:
    """A path, the values of its query covered."""
    path, mark, query = text.partition("?")
    return f"{path}{mark}{in_query(query, cover)}"


def in_query(query: str, cover: Cover) -> str:
    """A query without its question mark, its values covered; what has no `=` is a value without a name."""
    parts = (part.partition("=") if "=" in part else ("", "", part) for part in query.split("&"))
    return "&".join(
        f"{name}{sign}{of_parameter(name, value, cover) if value else ''}" for name, sign, value in parts
    )


def of_header(name: str, value: str, cover: Cover) -> str:
    """The value of a header, covered where it is not known to be meant for everybody."""
    return value if _HARMLESS.fullmatch(name) else of_parameter(name, value, cover)


def of_parameter(name: str, value: str, cover: Cover) -> str:
    """A value that is not known to be harmless; one that only refers to the request is nobody's secret."""
    return value if re.fullmatch(r"\$\([^()]*\)", value) else cover(value, is_secret(name))


def _is_host(found: re.Match[str]) -> bool:
    """Whether what stands before the path can be host:port, and is no half of a user's name and password."""
    written = found[0].removeprefix(found["scheme"])
    if "@" not in written or found["user"] is not None:
        return True
    return _PORTED.fullmatch(found["rest"].partition("/")[0]) is not None
