#!/usr/bin/env bash
# Build the documentation site in docs/_build/html; a warning, such as a link that leads nowhere, is an error.
# Needs: pip install -e ".[docs]"
set -euo pipefail
cd "$(dirname "$0")/.."
sphinx-build -W --keep-going -q -b html -d docs/_build/doctrees docs docs/_build/html
echo "site: docs/_build/html/index.html"
