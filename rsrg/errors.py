"""Errors a user meets. Each message names the thing, the rule and the value."""


class RsrgError(Exception):
    """Any error of rsrg's own, `PhysicsError` and `ConvergenceError` too.

    Most are mistakes that a user can correct; the commands show all without a traceback.

    Example:
        >>> import rsrg
        >>> try:
        ...     rsrg.open_run("missing.h5")
        ... except rsrg.RsrgError as error:
        ...     print(error)
        no such run file: missing.h5
    """


class InputError(RsrgError):
    """A setting or a number that breaks a rule: the commands end with exit code 2."""


class ConfigError(InputError):
    """A config that breaks rules. `problems` is the list of all of them, each a sentence.

    Example:
        >>> import pathlib, tempfile, rsrg
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "wrong.yaml")
        ...     _ = path.write_text("{schema_version: 1, sampling: {samples: 10}}")
        ...     try:
        ...         rsrg.load_config(path)
        ...     except rsrg.ConfigError as error:
        ...         problems = error.problems
        >>> len(problems), problems[-1].split(" (")[0]
        (6, '`samples` must be a multiple of 16, at least 64, at most 10⁹')
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__(problems)  # as it was called: so it comes whole out of another process
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(self.problems)


class RunFileError(RsrgError):
    """A run file that is missing, damaged, not a run file, or in the way of a new one.

    Example:
        >>> import rsrg
        >>> try:
        ...     rsrg.open_run("missing.h5")
        ... except rsrg.RunFileError as error:
        ...     print(error)
        no such run file: missing.h5
    """


class NotARunError(RunFileError):
    """An intact file of rsrg that is not a run: merged runs, for example."""


class ComputationError(RsrgError):
    """A sum that came back without a number: a fault of rsrg or of the machine, not of a user."""


class FrameError(RsrgError):
    """A frame of a trajectory that is missing, or no longer what it was, when its turn comes."""


class ExecutorError(RsrgError):
    """Workers or their scheduler are missing, lost, or not fit for the run."""
