#!/usr/bin/env bash
# Debian's Chromium for the tests that need a real browser. Does nothing where one is found; installs it as root alone.
# Without it those tests are skipped and counted, so that a machine which cannot have it is no failure.
set -uo pipefail
export LC_ALL=C.UTF-8

say() { echo "chromium.sh: $*" >&2; }

for found in "${CHROMIUM:-}" /usr/bin/chromium /usr/bin/google-chrome; do
  [ -n "$found" ] && [ -x "$found" ] && { say "$found is there"; exit 0; }
done
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  say 'no Chromium; as root on Debian: apt-get install chromium'
  exit 0
fi
say 'installing Chromium'
apt-get update -qq &&
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null ||
  say 'it could not be installed: the tests that need it are skipped'
exit 0
