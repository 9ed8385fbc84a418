#!/bin/sh
# Installs what `make run` or `make test` needs; does nothing when it is all there.
# Usage: install.sh run|test
set -eu
cd "$(dirname "$0")/.."
for_what=${1:-run}
python=${PYTHON:-python3}
lock=requirements.lock
[ "$for_what" = test ] && lock=requirements-dev.lock

say() { printf '%s\n' "$*" >&2; }

# --- system libraries -----------------------------------------------------------------------
apt_install() { # what it is for, packages…
	purpose=$1
	shift
	if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
		say "$purpose is missing. Install it as an administrator, then run make again:"
		say "    apt-get install --no-install-recommends $*"
		exit 1
	fi
	say "Installing $purpose ($*)"
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq >/dev/null
	apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
	say "Python 3.11 or newer is needed; \`$python\` is not. Say which with PYTHON=python3.12 make run"
	exit 1
fi

# --- Python packages ------------------------------------------------------------------------
stamp=.venv/.installed
wanted=$(cat requirements.lock requirements-dev.lock pyproject.toml | cksum | cut -d' ' -f1)
have() { [ -f "$stamp-$1" ] && [ "$(cat "$stamp-$1")" = "$wanted" ]; }

if ! have "$for_what" && ! { [ "$for_what" = run ] && have test; }; then
	if [ ! -x .venv/bin/python ]; then
		say "Making the virtual environment"
		"$python" -m venv .venv 2>/dev/null || {
			rm -rf .venv
			apt_install "Python's venv module" python3-venv
			"$python" -m venv .venv
		}
	fi
	say "Installing packages ($lock)"
	if [ ! -x .venv/bin/uv ]; then
		grep -A 40 '^uv==' requirements.lock | awk 'NR > 1 && !/--hash/ { exit } { print }' >.venv/uv.lock
		.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock
	fi
	# uv takes seconds where pip takes a minute; pip is the way when uv cannot run here.
	.venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes "$lock" ||
		.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
	.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
	rm -f "$stamp"-*
	printf '%s' "$wanted" >"$stamp-$for_what"
fi

# --- libraries the packages need --------------------------------------------------------------
# Looked for by file: importing WeasyPrint to find out takes over a second.
if [ "$(uname -s)" = Linux ]; then
	ldconfig=$(command -v ldconfig || echo /sbin/ldconfig)
	if ! "$ldconfig" -p 2>/dev/null | grep -q libpangoft2-1.0; then
		apt_install "Pango (for PDF receipts)" libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
	fi
	if [ "$for_what" = test ]; then
		if ! command -v chromium >/dev/null 2>&1 && ! command -v google-chrome >/dev/null 2>&1; then
			apt_install "Chromium (for browser tests)" chromium
		fi
		if ! command -v pdftotext >/dev/null 2>&1; then
			apt_install "Poppler (to read PDFs in tests)" poppler-utils
		fi
	fi
elif [ "$(uname -s)" = Darwin ] && ! ls /opt/homebrew/lib/libpango-1.0* /usr/local/lib/libpango-1.0* >/dev/null 2>&1; then
	say "Pango (for PDF receipts) is missing. Install it, then run make again:"
	say "    brew install pango"
	exit 1
fi
