"""One line of a page: a sample, or why it is none.

The rules are those of Prometheus' own lexer (prometheus 2.42, model/textparse/promlex.l), which is what
decides whether a scrape fails.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from atalaia.systems.prometheus.exposition.model import Labels

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*\Z")
_SAMPLE = re.compile(
    r"(?P<name>[a-zA-Z_:][a-zA-Z0-9_:]*)[ \t]*"
    r'(?:\{(?P<labels>(?:[^"{}]++|"(?:[^"\\]++|\\.)*+")*+)\})?[ \t]*(?P<rest>.*)\Z',
    re.DOTALL,
)
_LABEL = re.compile(
    r'[ \t]*(?P<name>[^\s="{},]*)[ \t]*=[ \t]*"(?P<value>(?:[^"\\]++|\\.)*+)"[ \t]*(?P<end>,|\Z)?', re.DOTALL
)
_END = re.compile(r"[ \t]*\Z")
_LABEL_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*\Z")
_NUMBER = re.compile(
    r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?)\Z|nan\Z", re.IGNORECASE | re.ASCII
)
_TIMESTAMP = re.compile(r"\d+\Z", re.ASCII)
_SECONDS = re.compile(r"-?\d+(?:\.\d+)?\Z", re.ASCII)
_BAD_NAME = "a name with a sign that no name may have"
_ESCAPES = {"\\\\": "\\", '\\"': '"', "\\n": "\n"}
_ESCAPE = re.compile(r"\\.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Read:
    """A sample as its line says it."""

    name: str
    labels: Labels
    value: float
    odd: str = ""
    """What is against the format, though Prometheus takes it."""
    at: float | None = None
    """Unix time that the line gives its value."""


@dataclass(frozen=True, slots=True)
class NoSample:
    """Why Prometheus refuses a line."""

    why: str


def number(text: str) -> float | None:
    """A value as Go's ParseFloat takes it; None where it does not."""
    if not _NUMBER.match(text):
        return None
    value = float(text)
    beyond = math.isinf(value) and "i" not in text.lower()
    return None if beyond else value


def sample(line: str, *, openmetrics: bool) -> Read | NoSample:
    """The sample of a line that is neither empty nor a comment."""
    found = _SAMPLE.match(line)
    if found is None:
        if line[:1] in " \t":
            return NoSample("white space before a name, which Prometheus takes for a part of it")
        if line.startswith("\ufeff"):
            return NoSample(
                "a byte order mark (EF BB BF), which is no part of the format, before the first name"
            )
        return NoSample("a name that begins with a digit" if line[:1].isdigit() else "no name of a metric")
    name, rest = found["name"], found["rest"]
    if rest.startswith("{"):
        return NoSample(f"the labels of {name} do not end, or a value of theirs is not quoted")
    labels = _labels(found["labels"] or "")
    if isinstance(labels, str):
        return NoSample(f"{name} has {labels}")
    pairs, odd = labels
    if openmetrics:
        rest, _, exemplar = rest.partition(" # ")
        if exemplar and not exemplar.startswith("{"):
            return NoSample(f"{name} has an exemplar without labels")
    words = rest.replace("\t", " ").split(" ")
    words = [word for word in words if word]
    if not words:
        return NoSample(f"{name} has no value")
    value = number(words[0])
    if value is None:
        # The name may have ended where a sign began that no name may have.
        glued = found.end("name") == found.start("rest") and found["labels"] is None
        return NoSample(_BAD_NAME if glued else f"the value of {name} is no number")
    if len(words) > 2 or (len(words) == 2 and not (_SECONDS if openmetrics else _TIMESTAMP).match(words[1])):
        return NoSample(f"{name} has something else than a timestamp after its value")
    at = float(words[1]) / (1 if openmetrics else 1000) if len(words) == 2 else None
    return Read(name, pairs, value, odd, at)


def _labels(text: str) -> tuple[Labels, str] | str:
    """Labels and what is odd about them; what is wrong, where something is."""
    pairs: dict[str, str] = {}
    odd, at = "", 0
    while not _END.match(text, at):
        found = _LABEL.match(text, at)
        if found is None:
            return 'labels that are not name="value"'
        name, value = found["name"], found["value"]
        if not _LABEL_NAME.match(name):
            return "a label whose name is none" if name else "a label without a name"
        if name == "__name__":
            return "a label __name__ beside its name"
        if found["end"] is None:
            odd = "labels without a comma in between"
        if name in pairs:
            return f"the label {name} twice"
        if any("\ud800" <= character <= "\udfff" for character in value):
            return f"a value of {name} that is not UTF-8"
        if "\\" in value:
            unknown = [escape for escape in _ESCAPE.findall(value) if escape not in _ESCAPES]
            if unknown:
                odd = f"an escape in the value of {name} that the format does not know"
            value = _ESCAPE.sub(lambda escape: _ESCAPES.get(escape[0], escape[0]), value)
        pairs[name] = value
        at = found.end()
    return tuple(sorted(pairs.items())), odd
