#!/bin/bash
# compliance-loaders.sh [DIR]: install what reads the formats of "secauditctl compliance"
# for t/156_compliance.pl: inspecjs (HDF), from npm.  DIR: /var/cache/secaudit-loaders
set -euo pipefail
dir=${1:-/var/cache/secaudit-loaders}
command -v npm > /dev/null || { echo "npm is not installed" >&2; exit 1; }
mkdir -p "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" inspecjs
