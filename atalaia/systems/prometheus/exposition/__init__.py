"""Pages of metrics, read strictly: the text format 0.0.4 and OpenMetrics, and what is wrong with a page.

Parsers of these formats let much pass that Prometheus then refuses, or stores as nonsense. The reader
here never raises: a flaw is something to tell, with its line.
"""

from atalaia.systems.prometheus.exposition.content_type import ContentType, content_type
from atalaia.systems.prometheus.exposition.model import Family, Flaw, FlawKind, Page, Sample
from atalaia.systems.prometheus.exposition.reader import read

__all__ = ["ContentType", "Family", "Flaw", "FlawKind", "Page", "Sample", "content_type", "read"]
