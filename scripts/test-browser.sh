#!/bin/bash
# test-browser.sh: the report in a browser.  Installs Chromium (apt) and axe-core
# (npm, into build/browser) where they are missing, and runs the test that is
# skipped without them.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh
axe=4.10.3

scripts/deps.sh build test browser
if [ ! -r build/browser/node_modules/axe-core/axe.min.js ]; then
	say "installing axe-core $axe with npm, into build/browser"
	mkdir -p build/browser
	npm install --silent --no-audit --no-fund --prefix build/browser "axe-core@$axe" > /dev/null
fi
export AXE_CORE=$PWD/build/browser/node_modules/axe-core/axe.min.js
PROVE_TESTS=t/162_ctl_report_browser.pl scripts/test.sh tap
