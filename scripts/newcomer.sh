#!/usr/bin/env bash
# Do what a newcomer does, in a fresh clone in a folder with a space in its name, and print how long each step took.
# newcomer.sh [--no-test]
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d "${TMPDIR:-/tmp}/new comer.XXXXXX")
lab=""

stop_lab() {
    [ -z "$lab" ] || kill -TERM -- "-$lab" 2>/dev/null || true
    [ -z "$lab" ] || wait "$lab" 2>/dev/null || true
    lab=""
}
trap 'stop_lab; rm -rf "$folder"' EXIT

start_lab() { # $1: what to call it
    local begun address
    begun=$(now)
    # A process group of its own, so that the whole of it is stopped.
    set -m
    make lab ARGS="--no-browser --port 18888" >"$folder/lab.log" 2>&1 &
    lab=$!
    set +m
    until address=$(grep -o 'http://127[^ ]*' "$folder/lab.log") &&
        python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1])' "$address" 2>/dev/null; do
        kill -0 "$lab" 2>/dev/null || { cat "$folder/lab.log"; exit 1; }
        sleep 0.2
    done
    took "$1" "$begun"
    stop_lab
}

now() {
    python3 -c 'import time; print(time.time())'
}

took() { # $1: what, $2: when it began
    python3 -c 'import sys, time; print(f"{sys.argv[1]:<28}{time.time() - float(sys.argv[2]):8.1f} s")' "$1" "$2"
}

git clone -q "$here" "$folder/lab"
cd "$folder/lab"
start_lab "make lab, the first time"
start_lab "make lab, again"
if [ "${1:-}" != "--no-test" ]; then
    begun=$(now)
    make test
    took "make test" "$begun"
fi
