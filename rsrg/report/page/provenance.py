"""Where a run comes from: its config beside the defaults, its sessions, and how to cite it."""

import json
from dataclasses import dataclass

from rsrg.config.defaults import settings_given
from rsrg.config.exact import ExactConfig
from rsrg.formatting import duration_text, shell_path
from rsrg.report.html.table import Cell, Column, PageTable
from rsrg.results.stored_run import StoredRun
from rsrg.storage.provenance import SHOWN, versions_text

PAPER = (
    "D. Zhou, Real Space Renormalization: A Generic Microscopic Theory for Low-Temperature "
    "Avalanches in Static Strained Insulating Glass, arXiv:1602.04535"
)


@dataclass(frozen=True)
class Provenance:
    """All of it, as texts and tables. facts: terms and values."""

    config_text: str
    resolved: str
    settings: PageTable
    sessions: PageTable
    facts: list[tuple[str, str]]
    again: str
    cite: str


def provenance(run: StoredRun) -> Provenance:
    """From the attributes of a run file and its sessions."""
    attributes = run.attributes
    commit = str(attributes.get("git_commit", ""))
    changed = ", changed" if attributes.get("git_dirty", False) else ""
    facts = [
        ("run file", f"{run.path}"),
        ("size", f"{run.snapshot.size / 1e6:.1f} MB, schema {attributes['schema_version']}"),
        ("checksum of the file", run.snapshot.checksum),
        ("SHA-256 of all settings that change numbers", str(attributes["config_hash"])),
        ("created", str(attributes["created"])),
        ("last saved", str(attributes["updated"])),
        ("commit of rsrg", (commit + changed) or "not known: rsrg was installed"),
        ("processor", str(attributes.get("processor", "not recorded by that version of rsrg"))),
    ]
    command = "rsrg exact" if isinstance(run.config, ExactConfig) else "rsrg run"
    file = shell_path(run.path.name)
    version = str(attributes.get("rsrg_version", "?")).partition("+")[0]
    return Provenance(
        config_text=run.config.text(),
        resolved=json.dumps(json.loads(run.config.resolved()), indent=2, ensure_ascii=False),
        settings=_settings(run),
        sessions=_sessions(run),
        facts=facts,
        again=f"rsrg inspect {file} config_text > again.yaml\n{command} again.yaml",
        cite=f"rsrg {version}{f' (commit {commit[:SHOWN]})' if commit else ''}; after {PAPER}.",
    )


def _settings(run: StoredRun) -> PageTable:
    """The settings that have no default, or differ from it."""
    rows = [
        [Cell(s.key), Cell(_json(s.value)), Cell("none" if s.default is None else _json(s.default))]
        for s in settings_given(run.config)
    ]
    columns = (Column("setting"), Column("value"), Column("default"))
    return PageTable("settings", "Settings that are not the defaults", columns, rows)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _sessions(run: StoredRun) -> PageTable:
    columns = (
        Column("session", numeric=True), Column("started (UTC)"), Column("last saved (UTC)"),
        Column("how it ended"), Column("sums by"), Column("time on draws", numeric=True),
        Column("host and process"), Column("software"), Column("notes"),
    )  # fmt: skip
    rows = []
    for number, s in enumerate(run.provenance, 1):
        seconds = float(s["sampling"] or 0.0)
        rows.append([
            Cell(str(number), number), Cell(s["started"]), Cell(s["ended"]), Cell(s["reason"]),
            Cell(s["engine"]), Cell(duration_text(seconds), seconds), Cell(s["host"]),
            Cell(versions_text(s["versions"])), Cell(s["notes"]),
        ])  # fmt: skip
    return PageTable("sessions", "Sessions of work", columns, rows)
