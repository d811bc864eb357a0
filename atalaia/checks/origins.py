"""Origins: as browsers serialise them, and those that look like an allowed one and are another's.

Apart from the CORS checks, because the limiters' measurements send these origins too: their requests
are sent anyway, and each of them shows what one more foreign origin gets.
"""

from __future__ import annotations

from urllib.parse import urlsplit

FOREIGN = "https://evil.example"
"""A third party's: reserved for examples, nobody serves it."""
_EVIL = "evil.example"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_OTHER_SCHEME = "capacitor"
"""What pages inside mobile apps are served by; http has a check of its own."""


def serialised(origin: str) -> str:
    """The origin as browsers write it: scheme and host in lower case, no default port (HTML, 7.1.1).

    What cannot be taken apart stays as it is; so does whatever follows the host's port.
    """
    scheme, separator, rest = origin.partition("://")
    if not separator:
        return origin
    scheme, rest = scheme.lower(), rest.lower()
    return f"{scheme}://{rest.removesuffix(f':{_DEFAULT_PORTS.get(scheme)}')}"


def mutations(origin: str) -> tuple[str, ...]:
    """Twelve origins that a careless comparison takes for this one, a foreign one last.

    None of them is the origin itself as browsers serialise it: in upper case it would be, so that is
    none of them. A host of more than three labels has one more for each further dot that a regular
    expression might not escape. Modelled on what Corsy, CORScanner and nuclei send.
    """
    own = serialised(origin)
    scheme, _, authority = own.partition("://")
    if not authority:
        return (FOREIGN,)  # no origin: nothing looks like it
    host, port = _split(authority)
    at = f":{port}" if port else ""

    def of(name: str) -> str:
        return f"{scheme}://{name}{at}"

    dots = [index for index, sign in enumerate(host) if sign == "."] or [len(host)]
    parent = host[dots[0] + 1 :]
    found = (
        of(f"evil{host}"),
        *(of(f"{host[:dot]}x{host[dot + 1 :]}") for dot in dots[:-1] or dots),
        of(f"{host}.{_EVIL}"),
        f"{_OTHER_SCHEME}://{authority}",
        of(f"evil.{host}"),
        of(f"evil.{parent}" if "." in parent else f"evil-{host}"),
        f"{scheme}://{host}:{8444 if port == '8443' else 8443}",
        of(f"{host}evil"),
        f"{scheme}://{host}@{_EVIL}",
        f"{scheme}://{host}_.{_EVIL}",
        f"{scheme}://{host}`.{_EVIL}",
        FOREIGN,
    )
    return tuple(dict.fromkeys(each for each in found if each != own))


def plaintext_twin(origin: str) -> str | None:
    """The same host over plain http, where whoever is on the wire writes the pages; None for http itself."""
    own = serialised(origin)
    return f"http://{own.removeprefix('https://')}" if own.startswith("https://") else None


def _split(authority: str) -> tuple[str, str]:
    """Host (an IPv6 address in its brackets) and port, empty where none is written."""
    try:
        port = urlsplit(f"//{authority}").port
    except ValueError:
        port = None
    return (authority, "") if port is None else (authority.removesuffix(f":{port}"), str(port))
