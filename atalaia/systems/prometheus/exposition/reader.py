"""Reading a page, line by line."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from atalaia.systems.prometheus.exposition import lines, values
from atalaia.systems.prometheus.exposition.model import Family, Flaw, FlawKind, Page, Sample

_MOST = 200
"""Flaws of a kind that are kept."""
_MOST_LINES = 5
"""That one sample may be spread over."""
_TYPES = {"counter", "gauge", "histogram", "summary", "untyped"}
_OPENMETRICS_TYPES = _TYPES - {"untyped"} | {"unknown", "info", "stateset", "gaugehistogram"}
_SUFFIXES = {
    "histogram": ("_bucket", "_count", "_sum", "_created"),
    "gaugehistogram": ("_bucket", "_gcount", "_gsum"),
    "summary": ("_count", "_sum", "_created"),
    "counter": ("_total", "_created"),
    "info": ("_info",),
}
_MEANT = ("# HELP", "# TYPE", "# UNIT", "#  ", "# \t")
"""Beginnings of comments that may be more than that."""
_ALL_SUFFIXES = tuple({suffix for suffixes in _SUFFIXES.values() for suffix in suffixes})


@lru_cache(maxsize=64)  # a dozen checks judge the same page
def read(body: bytes, *, openmetrics: bool = False) -> Page:
    """The page, with everything that is wrong with it. Never raises."""
    reader = _Reader(openmetrics=openmetrics)
    reader.read(body)
    return Page(openmetrics, reader.families, tuple(sorted(reader.flaws, key=lambda flaw: flaw.line)))


class _Reader:
    def __init__(self, *, openmetrics: bool) -> None:
        self.openmetrics = openmetrics
        self.families: dict[str, Family] = {}
        self.flaws: list[Flaw] = []
        self._counts: dict[FlawKind, int] = {}
        self._seen: set[tuple[str, object]] = set()
        self._current: Family | None = None
        self._split: set[str] = set()
        self._line = 0
        self._joined = 0
        """The last line that was read as part of one before it."""

    def read(self, body: bytes) -> None:
        text = body.decode("utf-8", "surrogateescape")
        if "\0" in text:
            self._line = text.count("\n", 0, text.index("\0")) + 1
            self._flaw(FlawKind.ODD_SIGNS, "a NUL byte, after which Prometheus reads nothing")
            text = text.replace("\0", "")
        rows = text.split("\n")
        self._carriages(rows)
        for self._line, row in enumerate(rows, 1):
            if self._line > self._joined:
                self._row(row.removesuffix("\r"), rows)
        self._end(rows)
        for family in self.families.values():
            for flaw in values.flaws(family):
                self._keep(flaw)

    def _carriages(self, rows: list[str]) -> None:
        """CR before LF; in a HELP or a comment Prometheus takes it for text."""
        ending = [(at, row) for at, row in enumerate(rows, 1) if row.endswith("\r")]
        refused = [at for at, row in ending if not row.startswith("#") or row.startswith("# TYPE")]
        if ending:
            self._line = (refused or [ending[0][0]])[0]
            kind = FlawKind.REFUSED if refused else FlawKind.ODD_SIGNS
            self._flaw(kind, f"{len(ending)} lines end with CR LF instead of LF")

    def _end(self, rows: list[str]) -> None:
        ended = not rows[-1]
        self._line = len(rows) - ended
        if not ended:
            self._flaw(FlawKind.MALFORMED, "the last line does not end with LF")
        if self.openmetrics and rows[-2 if ended else -1 :][:1] != ["# EOF"]:
            # Prometheus: "data does not end with # EOF".
            self._flaw(FlawKind.REFUSED, "OpenMetrics that does not end with # EOF: it may have been cut")

    def _row(self, row: str, rows: list[str]) -> None:
        if row.startswith("# ") and not row.startswith(_MEANT):
            return  # a page may be millions of them
        blank = row.lstrip(" \t")
        if blank.startswith("#"):
            self._comment(row)
        elif blank:
            self._sample(row, rows)

    def _comment(self, row: str) -> None:
        word, _, rest = row.lstrip(" \t")[1:].lstrip(" \t").partition(" ")
        known = {"HELP", "TYPE", "UNIT"} if self.openmetrics else {"HELP", "TYPE"}
        if word not in known or not row.lstrip(" \t")[1:2].isspace():
            return
        name, _, text = rest.lstrip(" \t").replace("\t", " ", 1).partition(" ")
        if not lines.NAME.match(name):
            # What a HELP line's name lacks, Prometheus takes for its text; and a bare word for a comment.
            taken = not name or (word == "HELP" and lines.NAME.match(name[0]))
            kind = FlawKind.MALFORMED if taken else FlawKind.REFUSED
            self._flaw(kind, f"a {word} line without a name of a metric")
            return
        family = self._family(name)
        if word == "HELP":
            self._once(word, family, family.help is not None)
            if any("\ud800" <= character <= "\udfff" for character in text):
                self._flaw(FlawKind.REFUSED, f"the HELP of {name} is not UTF-8", name)
            family.help = text
        elif word == "UNIT":
            self._once(word, family, family.unit is not None)
            family.unit = text
        else:
            self._type(family, text)

    def _type(self, family: Family, kind: str) -> None:
        if kind not in (_OPENMETRICS_TYPES if self.openmetrics else _TYPES):
            told = f"“{kind[:20]}”" if kind.isprintable() else "with other signs"
            self._flaw(FlawKind.REFUSED, f"{family.name} is of the unknown type {told}", family.name)
            return
        key = ("TYPE", family.name)
        self._once("TYPE", family, key in self._seen)
        if key not in self._seen and family.samples:
            what = f"the TYPE of {family.name} comes after its samples, which are untyped then"
            self._flaw(FlawKind.MALFORMED, what, family.name)
        self._seen.add(key)
        family.kind = kind

    def _once(self, word: str, family: Family, again: bool) -> None:
        if again:
            self._flaw(FlawKind.MALFORMED, f"a second {word} line of {family.name}", family.name)

    def _sample(self, row: str, rows: list[str]) -> None:
        read = lines.sample(row, openmetrics=self.openmetrics)
        if isinstance(read, lines.NoSample) and row.count('"') % 2:
            read = self._over_lines(row, rows) or read
        if isinstance(read, lines.NoSample):
            self._flaw(FlawKind.REFUSED, read.why)
            return
        if read.odd:
            self._flaw(FlawKind.ODD_SIGNS, read.odd, read.name)
        sample = Sample(read.name, read.labels, read.value, self._line, read.at)
        family = self._family(self._family_name(read.name))
        family.samples.append(sample)
        key = (sample.name, sample.labels)
        if key in self._seen:
            what = f"{values.told(sample)} is there twice"
            self._flaw(FlawKind.DUPLICATE, what, family.name, f"{sample.name}{sample.labels}")
        self._seen.add(key)

    def _over_lines(self, row: str, rows: list[str]) -> lines.Read | None:
        """A sample with line feeds in a label's value, which Prometheus takes as they are."""
        for last in range(self._line + 1, min(self._line + _MOST_LINES, len(rows)) + 1):
            row = f"{row}\n{rows[last - 1]}"
            read = lines.sample(row, openmetrics=self.openmetrics)
            if isinstance(read, lines.Read):
                self._joined = last
                return replace(read, odd=f"a line feed in a label's value of {read.name}")
        return None

    def _family_name(self, name: str) -> str:
        if name in self.families and not self.openmetrics:
            return name
        for suffix in _ALL_SUFFIXES:
            base = self.families.get(name.removesuffix(suffix)) if name.endswith(suffix) else None
            if (
                base
                and suffix in _SUFFIXES.get(base.kind, ())
                and (self.openmetrics or base.kind != "counter")
            ):
                return base.name
        return name

    def _family(self, name: str) -> Family:
        """The family that a line belongs to; told where others came in between."""
        family = self.families.get(name)
        if family is None:
            family = self.families[name] = Family(name, line=self._line)
        elif family is not self._current and name not in self._split:
            self._split.add(name)
            self._flaw(FlawKind.MALFORMED, f"lines of {name} stand apart, with others in between", name)
        self._current = family
        return family

    def _flaw(self, kind: FlawKind, what: str, metric: str = "", subject: str = "") -> None:
        self._keep(Flaw(kind, self._line, what, metric, subject))

    def _keep(self, flaw: Flaw) -> None:
        self._counts[flaw.kind] = self._counts.get(flaw.kind, 0) + 1
        if self._counts[flaw.kind] <= _MOST:
            self.flaws.append(flaw)
