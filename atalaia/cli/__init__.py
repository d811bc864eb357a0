"""The `atalaia` command. Each group of subcommands is a module or a folder, loaded when it is used."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from typing import NoReturn

import click

from atalaia import __version__
from atalaia.cli.lazily import Lazily
from atalaia.errors import AtalaiaError, ExitCode

_UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}

_COMMANDS = Lazily({
    "check": "atalaia.cli.check:check",
    "env": "atalaia.cli.env:env",
    "load": "atalaia.cli.load:load",
    "probe": "atalaia.cli.probe:probe",
    "report": "atalaia.cli.report:report",
    "sandbox": "atalaia.cli.sandbox:sandbox",
})  # fmt: skip


class _Lazy(click.Group):
    """A group that imports a subcommand only when it is asked for."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        command: click.Command | None = _COMMANDS.get(name)
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="atalaia")
def cli() -> None:
    """Tells the truth about a stack: HAProxy, Kong, services, stores and their monitoring.

    \b
    Examples:
      atalaia sandbox up                          a whole stack on loopback
      atalaia check connectivity --env sandbox    test it
      atalaia check --env environments/mine.yml   test your own
      atalaia probe run --env mine                probe it once, from cron
      atalaia load run smoke --env mine           send load, and judge it
      atalaia env validate environments/mine.yml  is the file right?

    Exit codes: 0 all held; 1 a check failed; 2 could not be measured; 3 usage or configuration;
    4 measured, not delivered; 5 a defect of Atalaia.

    Completion for bash: eval "$(_ATALAIA_COMPLETE=bash_source atalaia)"; zsh and fish likewise.
    """


def main() -> NoReturn:
    """Run the command; a user's mistake is a message and exit 3, a defect of ours exit 5."""
    try:
        code = cli.main(prog_name="atalaia", standalone_mode=False)
        sys.stdout.flush()  # what fails at the end of the process could not be told
        sys.exit(code if isinstance(code, int) else ExitCode.OK)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(ExitCode.USAGE)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(ExitCode.NOT_MEASURED)
    except AtalaiaError as error:
        click.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        _give_output_up()
        sys.exit(ExitCode.NOT_DELIVERED)
    except OSError as error:
        if error.errno not in _UNWRITABLE:
            _tell_defect()
        _give_output_up()
        click.echo(f"the output cannot be written: {error.strerror}", err=True)
        sys.exit(ExitCode.NOT_DELIVERED)
    except Exception:
        _tell_defect()


def _tell_defect() -> NoReturn:
    traceback.print_exc()
    click.echo("this is a defect of Atalaia; please report it with the lines above", err=True)
    sys.exit(ExitCode.DEFECT)


def _give_output_up() -> None:
    """Let nothing be written at the end of the process, where it could only fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
