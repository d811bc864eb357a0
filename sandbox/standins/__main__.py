"""`python -m sandbox.standins CONFIG.json`: serve stand-ins until SIGTERM."""

from __future__ import annotations

import sys
from pathlib import Path

import uvloop

from atalaia.errors import AtalaiaError, ExitCode
from sandbox.standins.config import load
from sandbox.standins.process import serve


def main(arguments: list[str]) -> int:
    """Serve what the one argument, a file, describes; the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m sandbox.standins CONFIG.json\n")
        return ExitCode.USAGE
    try:
        uvloop.run(serve(load(Path(arguments[0]))))
    except AtalaiaError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return ExitCode.OK


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
