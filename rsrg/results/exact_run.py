"""The run file of an ensemble of exact super blocks, opened for reading."""

from rsrg.config.exact import ExactConfig
from rsrg.config.stored import stored_config
from rsrg.errors import NotARunError
from rsrg.results.run_html import exact_run_html
from rsrg.results.stored_run import StoredRun
from rsrg.storage.run_file import Snapshot


class ExactRun(StoredRun):
    """An ensemble of exact super blocks: its relative errors are the datasets `exact/…`.

    Raises NotARunError for a run of another kind.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        if not isinstance(config := stored_config(snapshot), ExactConfig):
            raise NotARunError(f"{self.path} holds no ensemble of exact super blocks")
        self.config: ExactConfig = config

    def _html(self) -> str:
        return exact_run_html(self)
