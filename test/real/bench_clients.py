"""The serving benchmarks of SGLang (0.2.14 and current) and of vLLM through the gateway, and `gateway replay` beside each.

usage: bench_clients.py     (`clients.sh bench` brings what it needs; the current ones come with the engines of `up.sh`)

Simulated replicas run at speed 1. Every request has to succeed, and the token totals of the client, of `gateway replay` by the
same rules, and of the text that came back have to be equal.
"""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

import tokenizers
import transformers

from processes import ROOT, Checks, Gateway, Replica, running

DIR = pathlib.Path(os.environ.get("REAL_DIR", pathlib.Path.home() / ".cache/numagate-real"))
PROMPTS = 40
INPUT_TOKENS = 256
OUTPUT_TOKENS = 64
# Draws no output of 0 tokens, which vLLM refuses, and one prompt of a single token, which is where rules of rounding show.
SEED = 4
SECONDS_MAX = 300

WORDS = """ash bank barn birch boat bread bridge brook cart church clay cloud coast cold corn crow dawn deep door dusk earth east
farm fence field fire fish fog forest gate glen gold grain grass green hall hare hay hedge hill horse house iron lake lamp lane
leaf light mill mist moon moss mouth north oak oats old owl path pine plain pond rain reed ridge river road rock roof root rose
rye salt sand sea sheep shore sky smoke snow soil south spring stone storm stream summer sun tide tower town tree vale wall
water well west wheat wheel wind winter wood wool year""".split()


def write_conversations(path):
    """A file in the shape of ShareGPT's, of our own words."""
    chance = random.Random(2024)

    def turn(speaker, shortest, longest):
        return {"from": speaker, "value": " ".join(chance.choices(WORDS, k=chance.randint(shortest, longest)))}

    talks = [{"id": str(i), "conversations": [turn("human", 5, 200), turn("gpt", 5, 60)]} for i in range(100)]
    path.write_text(json.dumps(talks))


def write_tokenizer(folder, special_tokens):
    """A tokenizer to which a word is a token, with as many marks before each text."""
    vocabulary = {word: index for index, word in enumerate(["<unk>", "<s>", *WORDS])}
    model = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="<unk>"))
    model.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    if special_tokens:
        begin = tokenizers.processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
        model.post_processor = begin
    made = transformers.PreTrainedTokenizerFast(tokenizer_object=model, bos_token="<s>", unk_token="<unk>")
    made.chat_template = "{% for message in messages %}{{ message['content'] }}{% endfor %}"
    made.save_pretrained(folder)
    # vLLM looks for a model beside the tokenizer.
    (folder / "config.json").write_text('{"model_type": "llama"}')


class Bench:
    """Files and environments that the clients share."""

    def __init__(self, folder):
        self.folder = folder
        self.conversations = folder / "conversations.json"
        write_conversations(self.conversations)
        # The current benchmark of SGLang takes off what the engine's tokenizer will add; Llama-3's adds one.
        self.plain, self.marked = folder / "plain", folder / "marked"
        write_tokenizer(self.plain, special_tokens=0)
        write_tokenizer(self.marked, special_tokens=1)

    def run(self, command, environment=None):
        """What a client prints; its failure is one of the check."""
        known = {**os.environ, "HF_HUB_OFFLINE": "1", "OPENAI_API_KEY": "None", **(environment or {})}
        done = subprocess.run(command, cwd=self.folder, env=known, capture_output=True, text=True, timeout=SECONDS_MAX)
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}")
        return done.stdout

    def result(self, name):
        """The last line of a result file."""
        return json.loads((self.folder / name).read_text().strip().splitlines()[-1])


def lengths(dataset):
    if dataset != "random":
        return []
    return ["--random-input-len", str(INPUT_TOKENS), "--random-output-len", str(OUTPUT_TOKENS)]


def common(bench, gateway, backend, dataset, tokenizer):
    data = ["--dataset-name", dataset, "--num-prompts", str(PROMPTS), *lengths(dataset)]
    return ["--backend", backend, "--base-url", gateway.url, *data, "--tokenizer", tokenizer, "--seed", str(SEED), "--disable-tqdm"]


def sglang_0_2_14(bench, gateway, backend, dataset):
    script = DIR / "sglang-0.2.14/sglang/bench_serving.py"
    told = common(bench, gateway, backend, dataset, bench.plain)
    bench.run([sys.executable, script, *told, "--dataset-path", bench.conversations, "--output-file", "old.jsonl"])
    return bench.result("old.jsonl")


def sglang_current(bench, gateway, backend, dataset):
    told = common(bench, gateway, backend, dataset, bench.marked if dataset == "random" else bench.plain)
    command = [DIR / "engines/bin/python", "-m", "sglang.benchmark.serving", *told, "--dataset-path", bench.conversations]
    where = {"PYTHONPATH": str(DIR / "sglang"), "SGLANG_USE_CPU_ENGINE": "1"}
    # It flushes SGLang through /flush_cache, and vLLM through a route that only vLLM's development mode has.
    flush = ["--flush-cache"] if backend.startswith("sglang") else []
    bench.run([*command, *flush, "--output-file", "current.jsonl", "--output-details"], where)
    return bench.result("current.jsonl")


def vllm_serve(bench, gateway, backend, dataset):
    endpoint = "/v1/chat/completions" if backend == "openai-chat" else "/v1/completions"
    told = common(bench, gateway, backend, dataset, bench.plain)
    if dataset == "sharegpt":
        told += ["--dataset-path", bench.conversations]
    command = [DIR / "engines/bin/vllm", "bench", "serve", *told, "--endpoint", endpoint, "--ignore-eos"]
    bench.run([*command, "--save-result", "--result-dir", ".", "--result-filename", "vllm.json"])
    return json.loads((bench.folder / "vllm.json").read_text())


def replay(bench, gateway, rules, backend, dataset, more=()):
    data = ["--dataset-name", dataset, "--num-prompts", str(PROMPTS), *lengths(dataset), *more]
    if dataset == "sharegpt":
        data += ["--dataset-path", bench.conversations]
    how = ["--rules", rules, "--backend", backend, "--seed", str(SEED), "--output-file", bench.folder / "ours.jsonl"]
    said = bench.run(["node", ROOT / "gateway/main.ts", "replay", "--url", gateway.url, *data, *how, "--json"])
    return json.loads(said.strip().splitlines()[-1])


def compare(theirs, ours):
    for name in ("completed", "total_input_tokens", "total_output_tokens"):
        # vLLM reports the prompts of chats as the engine counts them, with the marks of its template.
        if name == "total_input_tokens" and theirs.get("endpoint_type") == "openai-chat":
            continue
        if theirs[name] != ours[name]:
            raise AssertionError(f"{name}: {theirs[name]} by the client, {ours[name]} by replay")
    if theirs["completed"] != PROMPTS or theirs.get("failed", 0) != 0:
        raise AssertionError(f"{theirs['completed']} of {PROMPTS} requests succeeded")
    retokenized = theirs.get("total_output_tokens_retokenized")
    if retokenized not in (None, theirs["total_output_tokens"]):
        raise AssertionError(f"{retokenized} words came back for {theirs['total_output_tokens']} tokens")
    seconds = theirs["duration"]
    return f"{PROMPTS} of {PROMPTS}, {theirs['total_input_tokens']} tokens in, {ours['total_output_tokens']} out, {seconds:.1f} s"


SGLANG_OLD, SGLANG_NEW = "sglang-0.2.14-8xh100-tp8", "sglang-current-8xh100-tp8"
VLLM_OLD, VLLM_NEW = "vllm-0.5.5-8xh100-tp8", "vllm-current-8xh100-tp8"
# What vLLM calls a ratio of 0 (no spread) is SGLang's ratio of 1 (shortest equals longest).
NO_SPREAD = ("--random-range-ratio", "1")

# preset of the replicas, client, its backend, data set, and the rules and backend of replay
RUNS = [
    (SGLANG_OLD, sglang_0_2_14, "sglang", "random", "0.2.14", "sglang", ()),
    (SGLANG_OLD, sglang_0_2_14, "sglang", "sharegpt", "0.2.14", "sglang", ()),
    (VLLM_OLD, sglang_0_2_14, "vllm", "random", "0.2.14", "vllm", ()),
    (SGLANG_NEW, sglang_0_2_14, "sglang", "random", "0.2.14", "sglang", ()),
    (VLLM_NEW, sglang_0_2_14, "vllm", "random", "0.2.14", "vllm", ()),
    (SGLANG_NEW, sglang_current, "sglang", "random", "current", "sglang", ()),
    (SGLANG_NEW, sglang_current, "sglang-oai", "random", "current", "sglang-oai", ()),
    (SGLANG_NEW, sglang_current, "sglang-oai-chat", "random", "current", "sglang-oai-chat", ()),
    (VLLM_NEW, sglang_current, "vllm", "random", "current", "vllm", ()),
    (VLLM_NEW, sglang_current, "vllm-chat", "sharegpt", "current", "vllm-chat", ()),
    (VLLM_NEW, vllm_serve, "vllm", "random", "0.2.14", "vllm", NO_SPREAD),
    (VLLM_NEW, vllm_serve, "openai-chat", "random", "current", "vllm-chat", NO_SPREAD),
    (VLLM_NEW, vllm_serve, "vllm", "sharegpt", "current", "vllm", ()),
    (SGLANG_NEW, vllm_serve, "openai", "sharegpt", "current", "sglang-oai", ()),
]


def one_run(bench, preset, client, backend, dataset, rules, our_backend, more):
    replicas = [Replica(preset) for _ in range(2)]
    with running(*replicas), running(Gateway([replica.url for replica in replicas])) as (gateway,):
        theirs = client(bench, gateway, backend, dataset)
        return compare(theirs, replay(bench, gateway, rules, our_backend, dataset, more))


def main():
    checks = Checks("Benchmark clients")
    has_engines = (DIR / "engines/.done").exists() and (DIR / "sglang/.done").exists()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(pathlib.Path(folder))
        for preset, client, backend, dataset, *ours in RUNS:
            name = f"{client.__name__}, {backend}, {dataset}, two simulated {preset}"
            if client is not sglang_0_2_14 and not has_engines:
                print(f"skip  {name}: it comes with the engines (up.sh)")
                continue
            checks.check(name, one_run, bench, preset, client, backend, dataset, *ours)
    checks.end()


main()
