"""The table that a run ends with: the strain that breaks each glass, by sum and by formula."""

from dataclasses import dataclass
from string import ascii_lowercase

from rsrg.formatting import NONE, with_error
from rsrg.physics.loading import side_of, sides_of
from rsrg.report.grouped_table import Column, grouped_table
from rsrg.results.already_failed import already_failed
from rsrg.results.critical_record import CriticalStrainRecord, first_failure
from rsrg.results.run import Run
from rsrg.results.source_names import SOURCE_NAMES

SHOWN_AS_ONE = 1e-6  # critical strains closer than this are shown as one, with all their channels
ANY_READING = "any reading"
Cell = tuple[str, str]


@dataclass(frozen=True)
class CriticalColumn:
    """The first failure of every glass, by one source in one reading ("" for none), on one side.

    cells: the strain with its error, and the channels that fail there together. side: "" where the
    strains of the run reach one side of e = 0 alone. failures: what the cells show, glass by glass.
    """

    reading: str
    source: str
    side: str
    cells: tuple[Cell, ...]
    failures: tuple[CriticalStrainRecord, ...]

    @property
    def channels(self) -> list[str]:
        """The channels that fail, each combination once."""
        return list(dict.fromkeys(c for _, c in self.cells if c))


def critical_columns(run: Run, every_channel: bool = False) -> list[CriticalColumn]:
    """The columns of all readings in which a glass fails, by any source; what has no reading last.

    Loading goes outwards from e = 0: where the strains reach both sides, each has its columns.
    every_channel: a column for each channel that fails, not only the first.
    """
    records, glasses = run.critical_strains(), [str(m) for m in run.read("axes/material")]
    sides, columns = sides_of(run.read("axes/strain")), []
    for reading, source in sources_of_readings(run):
        before = _already_failed(run, reading, source)
        for side in sides:
            failing = {r.reading for r in records if side_of(r.value) == side}
            if reading not in failing and not any(before):
                continue
            own = [
                r
                for r in records
                if (r.reading, r.source, side_of(r.value)) == (reading, source, side)
            ]
            for part in _split(own) if every_channel else [own]:
                rows = [_together([r for r in part if r.material == glass]) for glass in glasses]
                cells = tuple(
                    (text, "") if text else _cell(row, vectors=len(glasses) == 1)
                    for text, row in zip(before, rows, strict=True)
                )
                shown = (r for text, row in zip(before, rows, strict=True) if not text for r in row)
                name = side if len(sides) > 1 else ""
                columns.append(CriticalColumn(reading, source, name, cells, tuple(shown)))
    return columns


def _already_failed(run: Run, reading: str, source: str) -> list[str]:
    """For each glass `< 0.6` where it has failed at the smallest strain, 0.6; else ""."""
    j = run.config.readings.index(reading) if reading else 0
    smallest = [already_failed(run, source, i, j) for i in range(len(run.read("axes/material")))]
    return ["" if e is None else f"{'<' if e >= 0.0 else '>'} {e:g}" for e in smallest]


def sources_of_readings(run: Run) -> list[tuple[str, str]]:
    """(reading, source) of all results, what has no reading last."""
    return [
        (reading, source)
        for reading in (*run.config.readings, "")
        for source in run.sources()
        if reading in run.readings(source)
    ]


def _together(records: list[CriticalStrainRecord]) -> list[CriticalStrainRecord]:
    """The first failure of these, and what fails there with it; nothing where none fails."""
    first = first_failure(records)
    others = (r for r in records if first and abs(r.value - first.value) < SHOWN_AS_ONE)
    return [] if first is None else [first, *(r for r in others if r is not first)]


def _cell(together: list[CriticalStrainRecord], vectors: bool) -> Cell:
    """The strain at which these fail together, and their channels.

    vectors: give their eigenvectors as they are there, where these are known.
    """
    if not together:
        return NONE, ""
    names = {(vectors and r.failing_strain) or r.channel for r in together}
    return with_error(together[0].value, together[0].stderr), ", ".join(sorted(names))


def _split(records: list[CriticalStrainRecord]) -> list[list[CriticalStrainRecord]]:
    """Records of one column as one list per channel, the first to fail first.

    Channels that fail together in every glass stay together.
    """
    parts: dict[tuple[tuple[str, float], ...], list[CriticalStrainRecord]] = {}
    for channel in dict.fromkeys(r.channel for r in sorted(records, key=lambda r: abs(r.value))):
        own = [r for r in records if r.channel == channel]
        key = tuple((r.material, round(r.value / SHOWN_AS_ONE)) for r in own)
        parts.setdefault(key, []).extend(own)
    return list(parts.values()) or [[]]


def critical_tables(run: Run, width: int, every_channel: bool = False) -> list[list[str]]:
    """First failure per glass and reading: sum, continuum; and the log formula.

    Returns tables, each a list of lines, as few as fit the width; none where no glass fails.
    every_channel: see `critical_columns`; the channels then stand in the headings.
    """
    columns = critical_columns(run, every_channel)
    if not columns:
        return []
    names = tuple(str(m) for m in run.read("axes/material"))
    alphas = tuple(f"{alpha:.3f}" for alpha in run.read("axes/alpha"))
    first = [Column("", ("glass",), names), Column("", ("α".rjust(len(alphas[0])),), alphas)]
    letters = {} if every_channel else _letters(columns)
    shown = []
    for c in columns:
        sides = [c.side] if c.side else []
        channels = [" / ".join(c.channels)] if every_channel else []
        heading = (SOURCE_NAMES[c.source].heading, *sides, *channels)
        marked = len(c.channels) > 1
        texts = (f"{e} {letters.get(f, f)}".rstrip() if marked else e for e, f in c.cells)
        shown.append(Column(c.reading or ANY_READING, heading, tuple(texts)))
    return grouped_table(first, shown, width)


def _letters(columns: list[CriticalColumn]) -> dict[str, str]:
    """A letter for each channel of the columns where it is not the same for all glasses."""
    mixed = (channel for c in columns if len(c.channels) > 1 for channel in c.channels)
    return dict(zip(dict.fromkeys(mixed), ascii_lowercase, strict=False))


def against(run: Run) -> str:
    """Which channels fail, named once for all columns: a line under the table, or nothing."""
    columns = critical_columns(run)
    places: dict[str, list[str]] = {}
    for c in columns:
        if len(c.channels) == 1:
            places.setdefault(c.channels[0], []).append(_place(c, columns))
    parts = [f"{channel} in {' and '.join(dict.fromkeys(p))}" for channel, p in places.items()]
    parts += [f"{letter}: {channel}" for channel, letter in _letters(columns).items()]
    return f"Channel that fails: {'; '.join(parts)}." if parts else ""


def _place(column: CriticalColumn, columns: list[CriticalColumn]) -> str:
    """The reading of a column; with its side and source where others have other channels there."""
    words = [column.reading or f"the {SOURCE_NAMES[column.source].heading}"]
    same = [c for c in columns if c.reading == column.reading and c.channels]
    if any(c.channels != column.channels for c in same if c.source == column.source):
        words.append(column.side)
    if any(c.channels != column.channels for c in same if c.side == column.side):
        words += [SOURCE_NAMES[column.source].heading] if column.reading else []
    return ", ".join(words)
