#!/usr/bin/env bash
# Clients that nobody here has written, against the gateway before simulated replicas.
#   test/real/clients.sh sdk         OpenAI's SDK for Python: answers, aborts, errors, retries, broken streams
#   test/real/clients.sh bench       the serving benchmarks of SGLang (0.2.14 and current) and vLLM
#   test/real/clients.sh telemetry   Prometheus, promtool and an OTLP receiver
# What follows the word is handed on. REAL_DIR and REAL_PYTHON as in up.sh; exit 77 where something cannot be had.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
dir=${REAL_DIR:-$HOME/.cache/numagate-real}
[ -e /etc/ssl/certs/ca-certificates.crt ] && export SSL_CERT_FILE=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}
# The Node that `npm test` brings where the machine's own is too old.
toolchain=$here/../../.ci/toolchain/node_modules/.bin
[ -d "$toolchain" ] && export PATH=$toolchain:$PATH

skip() { echo "skipped: $*"; exit 77; }

script=
case "${1:-}" in
  sdk) script=openai_sdk.py ;;
  bench) script=bench_clients.py ;;
  telemetry) script=telemetry.py ;;
  *) sed -n '2,6s/^# //p' "$0"; exit 2 ;;
esac
shift

mkdir -p "$dir"
if [ ! -e "$dir/clients/.done" ]; then
  python=$("$here/find-python.sh")
  [ -n "$python" ] || skip "there is no Python 3.12 or 3.13 (REAL_PYTHON names one)"
  echo "installing the clients …"
  rm -rf "$dir/clients"
  "$python" -m venv "$dir/clients"
  "$dir/clients/bin/pip" install -q -r "$here/clients.in" || skip "PyPI does not have it all"
  # The script of the published runs; it needs nothing else of its package.
  "$dir/clients/bin/pip" install -q --no-deps --target "$dir/sglang-0.2.14" sglang==0.2.14
  touch "$dir/clients/.done"
fi
# Large, and by itself in its versions: it is left out where it cannot be had.
if [ "$script" = telemetry.py ] && [ ! -e "$dir/phoenix" ]; then
  echo "installing Arize Phoenix …"
  "$dir/clients/bin/python" -m venv "$dir/phoenix"
  "$dir/phoenix/bin/pip" install -q arize-phoenix==20.26.1 || rm -rf "$dir/phoenix/bin/phoenix"
fi
REAL_DIR=$dir exec "$dir/clients/bin/python" "$here/$script" "$@"
