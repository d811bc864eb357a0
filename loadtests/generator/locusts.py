"""What Locust sees: one user a worker, whose only task is the pacer; its statistics, files and page."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import gevent
from gevent.event import Event
from locust import User, stats, task
from locust.env import Environment
from locust.html import get_html_report


def environment(base: str, pace: Callable[[], None] | None) -> Environment:
    """An environment of Locust; `pace` is what its user does. None at a master: its users are elsewhere."""

    class Pacer(User):
        """The open model: arrivals are begun by the clock, not by users that wait for answers."""

        host = base

        @task
        def send(self) -> None:
            if pace is not None:
                pace()
            Event().wait()  # until Locust stops it: it is counted as running

    return Environment(user_classes=[Pacer], host=base)


class Files:
    """Locust's CSV files, HTML page and web UI, at whoever gathers its statistics."""

    def __init__(
        self, env: Environment, csv: Path | None, html: Path | None, web: tuple[str, int] | None
    ) -> None:
        self._env = env
        self._html = html
        self._csv = None
        gevent.spawn(stats.stats_history, env.runner)
        if csv is not None:
            csv.parent.mkdir(parents=True, exist_ok=True)
            self._csv = stats.StatsCSVFileWriter(env, stats.PERCENTILES_TO_REPORT, str(csv))
            self._writing = gevent.spawn(self._csv.stats_writer)
        if web is not None:
            del sys.argv[1:]  # Locust's page parses the command line, for what it shows
            env.create_web_ui(host=web[0], port=web[1])

    def write(self) -> None:
        """Bring all of them to their last state. Raises OSError."""
        if self._csv is not None:
            self._writing.kill()
            _last_rows(self._csv)
        if self._html is not None:
            self._html.parent.mkdir(parents=True, exist_ok=True)
            report: Callable[..., str] = get_html_report
            self._html.write_text(report(self._env, show_download_link=False), encoding="utf-8")


def _last_rows(files: stats.StatsCSVFileWriter) -> None:
    """Locust's own loop writes at its interval, and stops with what it wrote last."""
    for handle, write, writer in (
        (files.requests_csv_filehandle, files.requests_csv, files.requests_csv_writer),
        (files.failures_csv_filehandle, files.failures_csv, files.failures_csv_writer),
        (files.exceptions_csv_filehandle, files.exceptions_csv, files.exceptions_csv_writer),
    ):
        handle.seek(0)
        write(writer)
        handle.truncate()
    files.close_files()
