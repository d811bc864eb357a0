"""What stands for a value in a text of a request. Apart from the rules: journeys fill them at every run."""

from __future__ import annotations

import re

PLACE = re.compile(r"\{([a-z0-9][a-z0-9-]*)\}")
"""`{name}` in a path, a header or a text of a body, for what is given or saved. Other braces stand for
themselves."""
