"""What the config of every kind of run has: its text, its canonical form, and its digest."""

import hashlib
import json
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import Field, PrivateAttr

from rsrg.config.base import ConfigModel, quantity
from rsrg.config.config_html import config_html
from rsrg.config.on_resume import Rules, stated_rules, without_ignored

# The kinds of work, by the datasets that count the chunks done: of draws, exact means, exact super
# blocks or frames; and of the super blocks of a pool.
CHUNKS = "checkpoint/chunks_done"
POOL_CHUNKS = "checkpoint/pool_chunks_done"

TITLE = "a text of at most 1000 characters"  # the rule of titles


class Checkpoint(ConfigModel):
    """How often a run is saved."""

    every: Annotated[str, quantity("second")] = Field(
        "30 s",
        title="how long between two saves, and each step is saved, as long as that takes below 2%",
        description="a time with its unit, such as '30 s'",
    )


class RunConfig(ConfigModel):
    """A frozen config of a run, of whatever kind.

    A kind of run states its fields, among them `title` and `checkpoint`, and counts its chunks.
    unit: what users call a chunk of it.
    """

    unit: ClassVar[str] = "chunk"

    if TYPE_CHECKING:
        title: str
        checkpoint: Checkpoint

    _text: str | None = PrivateAttr(None)

    def with_text(self, text: str) -> Self:
        """This same config, which from now on remembers the text that it was read from.

        Example:
            With the `config` of the example of `Config`:

            >>> config.with_text("# my own text").text()
            '# my own text'
        """
        self._text = text
        return self

    def __eq__(self, other: object) -> bool:
        """Whether both have the same resolved settings, however they were written."""
        return isinstance(other, type(self)) and self.resolved() == other.resolved()

    def __hash__(self) -> int:
        return hash(self.resolved())

    def text(self) -> str:
        """The text that the config was read from; the resolved config where there was none.

        Example:
            With the `config` of the example of `Config`:

            >>> config.text().splitlines()[1]
            'schema_version: 1'
        """
        return self.resolved() if self._text is None else self._text

    def resolved(self) -> str:
        """The config with all defaults filled in, as canonical JSON.

        Example:
            With the `config` of the example of `Config`:

            >>> '"lattice": "sc"' in config.resolved()
            True
        """
        return json.dumps(self.model_dump(mode="json", exclude_none=True), sort_keys=True)

    def numerical_settings(self) -> dict[str, Any]:
        """The resolved config as nested dictionaries, without the fields that change no number.

        Those are the fields that a resume ignores: the title, when to save, and where a file of
        positions lies, which its content identifies.

        Example:
            With the `config` of the example of `Config`:

            >>> settings = config.numerical_settings()
            >>> settings["sampling"]["seed"], "title" in settings
            (0, False)
        """
        return without_ignored(json.loads(self.resolved()), config_rules(type(self)))

    def digest(self) -> str:
        """SHA-256 of all settings that change numbers; the files of a sweep are named by it.

        Example:
            With the `config` of the example of `Config`:

            >>> len(config.digest())
            64
        """
        text = json.dumps(self.numerical_settings(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def _repr_html_(self) -> str:
        return config_html(self.model_dump(mode="json", exclude_none=True))

    def chunk_totals(self) -> dict[str, int]:
        """Chunks in all of each kind of work, by the dataset that counts those done."""
        raise NotImplementedError


@cache
def config_rules(kind: type[RunConfig]) -> Rules:
    """What a resume may change in a kind of config, by dotted key."""
    return stated_rules(kind)
