"""What the gateway tells of itself, read by programs that nobody here has written: Prometheus, promtool, OTLP receivers.

usage: telemetry.py     (`clients.sh telemetry` brings the Python packages; Prometheus is Debian's package of that name)

The first receiver decodes OTLP with OpenTelemetry's own definitions. The second is Arize Phoenix, where PyPI's arize-phoenix
could be installed.
"""
import atexit
import http.client
import http.server
import json
import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request

from opentelemetry.proto.collector.trace.v1 import trace_service_pb2
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from processes import ROOT, Checks, Gateway, Replica, call, running, wait_until

DIR = pathlib.Path(os.environ.get("REAL_DIR", pathlib.Path.home() / ".cache/numagate-real"))
PRESET = "vllm-current-8xh100-tp8"
REQUESTS = 30
TOKENS = 16
ANSWERS = 'sum(gateway_requests_total{http_response_status_code="200"})'


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Receiver:
    """Takes spans by OTLP over HTTP."""

    def __init__(self):
        self.spans = []
        self.resources = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def read_body(self) -> bytes:
                """The exporter sends in chunks, which Python's server leaves as they are."""
                if self.headers["transfer-encoding"] != "chunked":
                    return self.rfile.read(int(self.headers["content-length"]))
                chunks = []
                while size := int(self.rfile.readline(), 16):
                    chunks.append(self.rfile.read(size))
                    self.rfile.readline()
                self.rfile.readline()
                return b"".join(chunks)

            def do_POST(self):
                body = self.read_body()
                receiver.take(trace_service_pb2.ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.send_header("content-type", "application/x-protobuf")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def take(self, request):
        for resource in request.resource_spans:
            self.resources.append(values(resource.resource.attributes))
            for scope in resource.scope_spans:
                self.spans.extend(scope.spans)

    def stop(self):
        self.server.shutdown()


class Phoenix:
    """Arize Phoenix, which takes OTLP and draws the spans."""

    def __init__(self):
        port = free_port()
        self.folder = tempfile.TemporaryDirectory()
        self.url = f"http://127.0.0.1:{port}"
        where = {
            "PHOENIX_HOST": "127.0.0.1",
            "PHOENIX_PORT": str(port),
            "PHOENIX_GRPC_PORT": str(free_port()),
            "PHOENIX_WORKING_DIR": self.folder.name,
            "PHOENIX_TELEMETRY_ENABLED": "false",
        }
        self.child = started([DIR / "phoenix/bin/phoenix", "serve"], where)
        wait_until(lambda: self.answers(), "Phoenix", 120)

    def answers(self):
        try:
            return urllib.request.urlopen(f"{self.url}/healthz", timeout=5).status == 200
        except OSError:
            return False

    def spans(self):
        return call(f"{self.url}/v1/projects/default/spans?limit=1000").get("data", [])

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        self.child.wait(20)
        self.folder.cleanup()


class Prometheus:
    """Prometheus with the rules that ship with the gateway, scraping each second."""

    def __init__(self, target):
        self.folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(self.folder.name)
        for rules in ("rules.yml", "alerts.yml"):
            shutil.copy(ROOT / "deploy/prometheus" / rules, folder)
        shipped = (ROOT / "deploy/prometheus/prometheus.yml").read_text()
        config = shipped.replace("127.0.0.1:9080", target).replace("scrape_interval: 5s", "scrape_interval: 1s")
        (folder / "prometheus.yml").write_text(config)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        flags = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data", f"--web.listen-address=127.0.0.1:{port}"]
        self.child = started(["prometheus", *flags, "--enable-feature=exemplar-storage", "--log.level=warn"], {})
        wait_until(lambda: self.value('up{job="numagate"}') == 1, "the first scrape", 30)

    def ask(self, path, **query):
        try:
            return call(f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(query)}")["data"]
        except (OSError, json.JSONDecodeError):
            # While it starts nobody listens, and then it says in plain words that it is not ready.
            return None

    def value(self, expression):
        answer = self.ask("query", query=expression)
        return float(answer["result"][0]["value"][1]) if answer and answer["result"] else None

    def stop(self):
        self.child.send_signal(signal.SIGTERM)
        self.child.wait(20)
        self.folder.cleanup()


def started(command, environment):
    known = {**os.environ, **environment}
    child = subprocess.Popen(list(map(str, command)), env=known, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    atexit.register(child.kill)
    return child


def values(attributes):
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}


class Stand:
    """A gateway before two replicas, and what became of the requests sent through it."""

    def __init__(self, collector):
        self.replicas = [Replica(PRESET) for _ in range(2)]
        telemetry = {"otlpEndpoint": collector.url, "serviceName": "numagate-check"}
        self.gateway = Gateway([replica.url for replica in self.replicas], telemetry=telemetry)
        self.model = call(f"{self.gateway.url}/v1/models")["data"][0]["id"]

    def processes(self):
        return [*self.replicas, self.gateway]

    def ask(self, traceparent, stream=True, **more):
        body = {"model": self.model, "prompt": "The river ran", "max_tokens": TOKENS, "stream": stream, **more}
        data, headers = json.dumps(body).encode(), {"content-type": "application/json", "traceparent": traceparent}
        try:
            request = urllib.request.Request(f"{self.gateway.url}/v1/completions", data, headers)
            return urllib.request.urlopen(request, timeout=60).read()
        except (urllib.error.HTTPError, http.client.IncompleteRead, ConnectionError) as error:
            return error


class Caller:
    """The span of whoever asks."""

    def __init__(self):
        self.trace_id, self.span_id = secrets.token_hex(16), secrets.token_hex(8)
        self.traceparent = f"00-{self.trace_id}-{self.span_id}-01"


def expect(is_so, otherwise):
    if not is_so:
        raise AssertionError(otherwise)


def page_is_clean(stand):
    with urllib.request.urlopen(f"{stand.gateway.admin_url}/metrics") as answer:
        page = answer.read()
    done = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True)
    said = (done.stdout + done.stderr).decode().strip()
    expect(done.returncode == 0 and said == "", said)
    return f"{page.count(b'# TYPE')} families, {len(page)} bytes"


def rules_are_right():
    done = subprocess.run(["promtool", "check", "config", ROOT / "deploy/prometheus/prometheus.yml"], capture_output=True, text=True)
    expect(done.returncode == 0, done.stdout + done.stderr)
    return "; ".join(line.strip() for line in done.stdout.splitlines() if "SUCCESS" in line)


def prometheus_counts(prometheus, callers):
    wait_until(lambda: prometheus.value(ANSWERS) == len(callers), f"{len(callers)} requests in Prometheus", 20)
    expect(prometheus.value("sum(gateway_output_tokens_total)") == TOKENS * len(callers), "tokens do not agree")
    quantile = "histogram_quantile(0.5, sum by (le) (gen_ai_server_time_to_first_token_seconds_bucket))"
    samples = prometheus.value("scrape_samples_scraped")
    return f"{len(callers)} requests, {samples:.0f} samples a scrape, first token {prometheus.value(quantile) * 1000:.1f} ms in the middle"


def exemplars_lead_to_traces(prometheus, callers):
    known = {caller.trace_id for caller in callers}

    def found():
        answer = prometheus.ask("query_exemplars", query="gen_ai_server_time_to_first_token_seconds_bucket", start=0, end=2e9)
        return [one["labels"] for series in answer or [] for one in series["exemplars"]]

    wait_until(lambda: len(found()) > 0, "an exemplar", 20)
    labels = found()
    expect(all(one["trace_id"] in known for one in labels), f"unknown traces: {labels}")
    return f"{len(labels)} exemplars, each with the trace of one of the requests"


def alerts_are_quiet(prometheus):
    rules = [rule for group in prometheus.ask("rules")["groups"] for rule in group["rules"]]
    broken = [rule["name"] for rule in rules if rule.get("lastError")]
    expect(not broken, f"rules fail: {broken}")
    return f"{len(rules)} rules evaluate"


def spans_have_parents(stand, receiver, callers):
    wait_until(lambda: len(receiver.spans) >= 2 * len(callers), "the spans", 30)
    by_trace = {caller.trace_id: [] for caller in callers}
    for span in receiver.spans:
        by_trace[span.trace_id.hex()].append(span)
    heard = {header for replica in stand.replicas for header in traceparents(replica)}
    for caller in callers:
        server, client = sorted(by_trace[caller.trace_id], key=lambda span: span.kind)
        expect(server.kind == Span.SPAN_KIND_SERVER and client.kind == Span.SPAN_KIND_CLIENT, "kinds")
        expect(server.parent_span_id.hex() == caller.span_id, "the server span is no child of the caller's")
        expect(client.parent_span_id == server.span_id, "the client span is no child of the server span")
        expect(server.start_time_unix_nano <= client.start_time_unix_nano, "the child starts first")
        expect(client.end_time_unix_nano <= server.end_time_unix_nano, "the child ends last")
        expect(f"00-{caller.trace_id}-{client.span_id.hex()}-01" in heard, "the engine got another parent")
        expect(values(client.attributes)["gen_ai.usage.output_tokens"] == TOKENS, "output tokens")
    expect(receiver.resources[0]["service.name"] == "numagate-check", receiver.resources[0])
    return f"{len(receiver.spans)} spans of {len(callers)} requests: caller, server, client, engine"


def traceparents(replica):
    return [request["headers"].get("traceparent") for request in replica.last_requests(256)]


def retries_and_failures_show(stand, receiver):
    before = len(receiver.spans)
    retried, failed = Caller(), Caller()
    # The one that is asked first refuses; which one it is, is chance.
    for replica in stand.replicas:
        replica.fail("status", status=503)
    stand.ask(retried.traceparent)
    for replica in stand.replicas:
        replica.heal()
        replica.fail("die", times=9, at=4)
    stand.ask(failed.traceparent)
    for replica in stand.replicas:
        replica.heal()
    wait_until(lambda: len(receiver.spans) >= before + 5, "their spans", 30)
    new = receiver.spans[before:]
    tries = [span for span in new if span.trace_id.hex() == retried.trace_id]
    server = next(span for span in tries if span.kind == Span.SPAN_KIND_SERVER)
    clients = [span for span in tries if span.kind == Span.SPAN_KIND_CLIENT]
    expect([span.parent_span_id for span in clients] == [server.span_id] * 2, "two attempts under one server span")
    broken = [span for span in new if span.trace_id.hex() == failed.trace_id]
    errors = {values(span.attributes).get("error.type") for span in broken}
    expect(errors == {"engine_failed"}, f"error.type {errors}")
    client = next(span for span in broken if span.kind == Span.SPAN_KIND_CLIENT)
    expect(client.status.code == Status.STATUS_CODE_ERROR, "the broken attempt is no error")
    return "two attempts under one server span; a broken stream is an error of both spans"


def phoenix_finds():
    phoenix = Phoenix()
    with running(phoenix):
        stand = Stand(phoenix)
        with running(*stand.processes()):
            callers = [Caller() for _ in range(5)]
            for caller in callers:
                stand.ask(caller.traceparent)
            wait_until(lambda: len(phoenix.spans()) >= 2 * len(callers), "the spans in Phoenix", 60)
        spans = phoenix.spans()
    for caller in callers:
        of_trace = [span for span in spans if span["context"]["trace_id"] == caller.trace_id]
        server = next(span for span in of_trace if span["parent_id"] == caller.span_id)
        children = [span for span in of_trace if span["parent_id"] == server["context"]["span_id"]]
        expect(len(of_trace) == 2 and len(children) == 1, f"{len(of_trace)} spans, {len(children)} under the server span")
    return f"{len(spans)} spans of {len(callers)} requests: {server['name']}, {children[0]['name']}"


def main():
    checks = Checks("Telemetry")
    receiver = Receiver()
    stand = Stand(receiver)
    with running(*stand.processes()):
        callers = [Caller() for _ in range(REQUESTS)]
        for index, caller in enumerate(callers):
            stand.ask(caller.traceparent, stream=index % 3 > 0)
        checks.check("OTLP: spans have the right parents, from the caller to the engine", spans_have_parents, stand, receiver, callers)
        measure(checks, stand, callers)
        checks.check("OTLP: attempts and failures show", retries_and_failures_show, stand, receiver)
    receiver.stop()
    if (DIR / "phoenix/bin/phoenix").exists():
        checks.check("Arize Phoenix takes the spans and finds their parents", phoenix_finds)
    else:
        print("skip  Arize Phoenix: it is not installed")
    checks.end()


def measure(checks, stand, callers):
    if shutil.which("prometheus") is None:
        print("skip  Prometheus: it is not installed (Debian: apt-get install prometheus)")
        return
    checks.check("promtool check metrics is silent", page_is_clean, stand)
    checks.check("promtool check config passes what ships", rules_are_right)
    prometheus = Prometheus(urllib.parse.urlsplit(stand.gateway.admin_url).netloc)
    with running(prometheus):
        checks.check("Prometheus scrapes what was answered", prometheus_counts, prometheus, callers)
        checks.check("Prometheus keeps exemplars that lead to traces", exemplars_lead_to_traces, prometheus, callers)
        checks.check("Prometheus evaluates the rules that ship", alerts_are_quiet, prometheus)


main()
