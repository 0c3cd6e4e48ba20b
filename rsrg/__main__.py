"""`python -m rsrg` is the command `rsrg`."""

from rsrg.cli.app import main

main()
