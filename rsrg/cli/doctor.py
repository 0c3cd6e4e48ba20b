"""The command that looks at the installation and the machine."""

from dataclasses import asdict

import typer

from rsrg.cli.options import EXIT_FAILURE, AsJson

WIDTH = 80  # columns, where the terminal has as many


def doctor(as_json: AsJson = False) -> None:
    """Say whether rsrg can work well here: software, processors, memory, folders, speed."""
    from rsrg.cli.options import one_blas_thread
    from rsrg.execution.doctor.examine import examine, verdict
    from rsrg.report.console import print_json

    with one_blas_thread():
        checks = examine()
    well = all(check.state != "wrong" for check in checks)
    if as_json:
        rows = [asdict(check) for check in checks]
        print_json({"well": well, "verdict": verdict(checks), "checks": rows})
    else:
        for check in checks:
            _print_check(check.name, check.text, check.state)
            if check.advice:
                _print_check("", f"→ {check.advice}", "")
        print(verdict(checks))
    if not well:
        raise typer.Exit(EXIT_FAILURE)


def _print_check(name: str, text: str, state: str) -> None:
    """A check on lines of at most 80 columns."""
    from shutil import get_terminal_size
    from textwrap import wrap

    head = f"{name:14} {state:5}  "
    width = min(WIDTH, get_terminal_size().columns)
    lines = wrap(text, width - len(head), break_long_words=False, break_on_hyphens=False)
    for number, line in enumerate(lines):
        print(head + line if number == 0 else " " * len(head) + line)
