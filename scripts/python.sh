#!/bin/sh
# Prints the Python that .venv is made with: the first of these that is 3.11 or newer and can make one, or says in
# one sentence what is wrong. PYTHON=/path/to/python names another. With the argument "install", and as root or
# with a sudo that asks nothing, the Debian package that brings venv is installed when it is missing.

may_install=${1:-}
if [ -n "${PYTHON:-}" ]; then
    set -- "$PYTHON"
    wanted="$PYTHON (named by PYTHON)"
else
    set -- python3.13 python3.12 python3.11 python3
    wanted="none on the PATH"
fi

too_old=""
without_venv=""
for name in "$@"; do
    path=$(command -v "$name" 2>/dev/null) || continue
    # A name of pyenv's may be on the PATH and still not run, so each is asked.
    version=$("$path" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    if ! "$path" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        too_old=${too_old:-"$version at $path"}
    elif "$path" -c 'import venv, ensurepip' 2>/dev/null; then
        printf '%s\n' "$path"
        exit 0
    else
        without_venv=${without_venv:-$version}
    fi
done

package="python$without_venv-venv"
become=""
[ "$(id -u)" = 0 ] || become="sudo -n"
if [ -n "$without_venv" ] && [ "$may_install" = install ] && command -v apt-get >/dev/null 2>&1 &&
    $become true 2>/dev/null; then
    echo "Python $without_venv has no venv module: installing the Debian package $package." >&2
    { $become apt-get update -qq && $become apt-get install -qqy --no-install-recommends "$package"; } >&2 &&
        exec "$0"
fi

if [ -n "$without_venv" ]; then
    echo "Python $without_venv cannot make a virtual environment here: install the package $package" \
        "(Debian, Ubuntu: sudo apt-get install $package), then call make again." >&2
elif [ -n "$too_old" ]; then
    echo "The lab needs Python 3.11 or newer and found only $too_old: install a newer one, or name it with" \
        "make lab PYTHON=/path/to/python3." >&2
else
    echo "The lab needs Python 3.11 or newer and found $wanted: install one (Debian, Ubuntu: sudo apt-get" \
        "install python3 python3-venv), or name it with make lab PYTHON=/path/to/python3." >&2
fi
exit 1
