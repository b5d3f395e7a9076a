#!/bin/sh
# install.sh lab|test: brings .venv up to date, with a Python found by python.sh where there is none yet.
cd "$(dirname "$0")/.." || exit 1
if .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=.venv/bin/python
else
    python=$(scripts/python.sh install) || exit 1
fi
exec "$python" scripts/install.py "$@"
