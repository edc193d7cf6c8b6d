#!/usr/bin/env bash
# Prints the Python that engines and clients are installed with: 3.12 or 3.13, what REAL_PYTHON names first. Nothing
# where there is none.
for candidate in "${REAL_PYTHON:-}" python3.12 python3.13 python3 "$HOME"/.pyenv/versions/3.1[23].*/bin/python3; do
  if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 12), (3, 13)))' 2> /dev/null; then
    echo "$candidate"
    exit
  fi
done
