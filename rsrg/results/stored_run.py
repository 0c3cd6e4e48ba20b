"""A run file of any kind, opened for reading: its status, its progress, its numbers."""

import os
from abc import ABC
from pathlib import Path

from rsrg.config.run_config import RunConfig
from rsrg.errors import NotARunError, RunFileError
from rsrg.formatting import shell_path
from rsrg.results.opened_file import OpenedFile
from rsrg.results.shown_by import write_report
from rsrg.storage.layout import ENTRIES
from rsrg.storage.run_file import MERGED, Snapshot
from rsrg.storage.sessions import sessions


class StoredRun(OpenedFile, ABC):
    """What all kinds of runs have: see `Run` for the attributes. Raises NotARunError for others."""

    config: RunConfig

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        if self.attributes.get("filetype") == MERGED:
            raise NotARunError(f"{self.path} holds merged runs, all finished: see rsrg report")

    @property
    def status(self) -> str:
        """How far the run came: running, stopped, failed or finished.

        Example:
            With the `run` of the example of `Run`:

            >>> run.status
            'finished'
        """
        return str(self.attributes["status"])

    @property
    def preliminary(self) -> str:
        """Which part of a run these results are of; "" where they are of all of it, or none are.

        Example:
            With the `run` of the example of `Run`, which is finished:

            >>> run.preliminary
            ''
        """
        return str(self.attributes.get("preliminary", ""))

    @property
    def has_results(self) -> bool:
        """Whether the results are there: of a finished run, or preliminary ones.

        Example:
            With the `run` of the example of `Run`:

            >>> run.has_results
            True
        """
        return self.status == "finished" or self.preliminary != ""

    @property
    def progress(self) -> tuple[int, int]:
        """Chunks done, and in all: a chunk is a fixed number of draws, an exact mean, or a frame.

        Example:
            With the `run` of the example of `Run`, one exact mean for each of 12 steps:

            >>> run.progress
            (12, 12)
        """
        return sum(self.chunks_done.values()), sum(self.config.chunk_totals().values())

    @property
    def chunks_done(self) -> dict[str, int]:
        """Chunks done of each kind of work, by the dataset that counts them.

        Example:
            With the `run` of the example of `Run`:

            >>> run.chunks_done
            {'checkpoint/chunks_done': 12}
        """
        return {name: int(self.read(name).sum()) for name in self.config.chunk_totals()}

    @property
    def provenance(self) -> list[dict[str, str]]:
        """A record of each session of work on the run: when, where, software, engine, why it ended.

        Example:
            With the `run` of the example of `Run`:

            >>> [session["reason"] for session in run.provenance]
            ['finished']
        """
        return sessions(self.snapshot)

    def require_finished(self) -> None:
        """Raise RunFileError, saying how far the run is, unless its results are there.

        Example:
            With the `run` of the example of `Run`, which is finished:

            >>> run.require_finished()
        """
        if not self.has_results:
            done, total = self.progress
            raise RunFileError(
                f"{self.path} is {self.status}: {done} of {total} {self.config.unit}s; its results "
                f"are written at the end. Go on with it: rsrg resume {shell_path(self.path)}"
            )

    def report(
        self, path: str | os.PathLike[str] | None = None, *, shared_script: bool = False
    ) -> Path:
        """Write a page in HTML with the results of the run, and whether to trust them.

        path: of the page; by default that of the run file, with the ending .html.
        shared_script: keep the script of the figures in a file beside the page, which many pages
        then share, in place of a copy in each.

        Returns the path of the page. Raises RunFileError for another ending; RsrgError where it
        cannot be written, or the extra `report` is not installed.

        Example:
            With the `run` of the example of `Run`:

            >>> with tempfile.TemporaryDirectory() as folder:
            ...     run.report(f"{folder}/small.html").name
            'small.html'
        """
        self._require_open()
        return write_report(self, path, shared_script)

    def _require_there(self, key: str) -> None:
        if key in ENTRIES:
            self.require_finished()

    @property
    def summary(self) -> str:
        """How far the run is, in a few words.

        Example:
            With the `run` of the example of `Run`:

            >>> run.summary
            'finished, 12 of 12 chunks'
        """
        done, total = self.progress
        counted = f", {done} of {total} {self.config.unit}s" if total else ""
        return f"{self.status}{counted}"
