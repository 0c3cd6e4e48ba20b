"""Progress by itself in a notebook: a bar where nobody watches a run otherwise."""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from rsrg.errors import ConfigError
from rsrg.execution.progress import Watcher, unwatched


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook. A plain script or terminal is none."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    return "IPKernelApp" in getattr(shell, "config", {})


@contextmanager
def watched(watch: Watcher | None) -> Iterator[Watcher]:
    """The watcher that is given; where it is None, a bar in a notebook, and elsewhere nothing.

    The bar is a widget, or a line of text where ipywidgets is not installed.
    """
    if not (watch is None or callable(watch)):
        raise ConfigError([f"`watch` must be a function of a Progress; got {watch!r:.60}"])
    if watch is not None or not in_notebook():
        yield watch or unwatched
        return
    from rsrg.execution.progress_bar import bar  # with tqdm, which scripts do not need

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tqdm's advice to install ipywidgets
        from tqdm.auto import tqdm
    with bar(tqdm, leave=True) as shown:
        yield shown
