"""Errors a user meets. Each message names the thing, the rule and the value."""


class RsrgError(Exception):
    """A mistake that a user can correct; shown as it is, without a traceback."""


class ConfigError(RsrgError):
    """A config breaks rules; `problems` lists every one of them."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class RunFileError(RsrgError):
    """A run file is missing, damaged, not a run file, or in the way."""


class NotARunError(RunFileError):
    """A whole file of rsrg, but not of one run."""


class ExecutorError(RsrgError):
    """Workers or their scheduler are missing, lost, or not fit for the run."""
