"""Starts the gateway and simulated replicas as processes of their own, for the scripts beside it."""
import atexit
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
READY_SECONDS_MAX = 60
STOP_SECONDS_MAX = 10


class Process:
    """One `gateway …` that listens."""

    def __init__(self, *arguments):
        self.log = tempfile.TemporaryFile("w+")
        command = ["node", str(ROOT / "gateway/main.ts"), *arguments, "--json"]
        self.child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=self.log, text=True)
        atexit.register(self.stop)
        line = self.child.stdout.readline()
        if not line:
            raise RuntimeError(f"{' '.join(arguments)} did not start:\n{self.said()}")
        ready = json.loads(line)
        self.url = ready["url"]
        self.admin_url = ready.get("adminUrl")

    def said(self):
        """What it has written to stderr."""
        self.log.seek(0)
        return self.log.read()

    def stop(self):
        if self.child.poll() is not None:
            return
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.child.kill()


class Replica(Process):
    """One simulated replica, with its admin port."""

    def __init__(self, preset, *flags):
        super().__init__("simulate", "--preset", preset, "--port", "0", "--admin-port", "0", *flags)

    def fail(self, kind, times=1, **details):
        """Orders a fault for the next `times` requests."""
        call(f"{self.admin_url}/faults", {"kind": kind, "times": times, **details})

    def heal(self):
        call(f"{self.admin_url}/faults", method="DELETE")

    def state(self):
        return call(f"{self.admin_url}/state")

    def last_requests(self, count=1):
        return call(f"{self.admin_url}/requests?last={count}")["requests"]


class Gateway(Process):
    """The gateway in front of replicas, with `settings` beyond its defaults."""

    def __init__(self, replicas, **settings):
        listed = [replica if isinstance(replica, dict) else {"url": replica} for replica in replicas]
        door = {"host": "127.0.0.1", "port": 0}
        config = {"listen": door, "admin": door, "replicas": listed, **settings}
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            # JSON is YAML.
            json.dump(config, file)
            file.flush()
            super().__init__("serve", "--config", file.name)
        wait_until(lambda: self.ready_replicas() == len(listed), "every replica to be ready")

    def ready_replicas(self):
        states = call(f"{self.url}/ready")["replicas"].values()
        return list(states).count("ready")


@contextlib.contextmanager
def running(*processes):
    """Stops them all at the end, the last one first."""
    try:
        yield processes
    finally:
        for process in reversed(processes):
            process.stop()


def call(url, body=None, method=None, headers=None):
    """The JSON that a URL answers with, whatever the status."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"content-type": "application/json", **(headers or {})}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return json.loads(error.read())


def wait_until(is_so, what, seconds=READY_SECONDS_MAX):
    """Asks again until it is so; returns the seconds that it took."""
    start = time.monotonic()
    while not is_so():
        if time.monotonic() - start > seconds:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.005)
    return time.monotonic() - start


class Checks:
    """Runs checks by name, prints a line for each, and counts."""

    def __init__(self, title):
        self.title = title
        self.passed = 0
        self.failed = 0

    def check(self, name, run, *arguments):
        try:
            said = run(*arguments)
        except Exception as error:  # A check that fails must not keep the next ones from being made.
            self.failed += 1
            where = f" ({os.environ['REAL_TRACE'] and _trace(error)})" if os.environ.get("REAL_TRACE") else ""
            print(f"FAIL  {name}: {type(error).__name__}: {error}{where}", flush=True)
        else:
            self.passed += 1
            print(f"ok    {name}{'' if said is None else f': {said}'}", flush=True)

    def end(self):
        """Prints the sum and ends the script: 0 where nothing failed."""
        print(f"{self.title}: {self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed else 0)


def _trace(error):
    import traceback

    return "".join(traceback.format_exception(error))
