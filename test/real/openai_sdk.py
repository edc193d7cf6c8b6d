"""OpenAI's own SDK for Python against the gateway, before two simulated replicas that fail on command.

usage: openai_sdk.py [PRESET...]     (needs the package `openai`; `clients.sh sdk` brings it)
"""
import asyncio
import contextlib
import hashlib
import json
import sys
import time

import httpx2
import openai

from processes import Checks, Gateway, Replica, running, wait_until

PRESETS = ["vllm-current-8xh100-tp8", "sglang-current-8xh100-tp8"]
TALK = [{"role": "user", "content": "Tell me of the river and the old mill."}]
TEXT = "The river ran past the mill and"
TOKENS = 24
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "weather",
            "description": "The weather of a place — “now”.",
            "parameters": {
                "type": "object",
                "properties": {"place": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
                "required": ["place"],
            },
        },
    }
]
SHAPE = {
    "type": "json_schema",
    "json_schema": {"name": "answer", "schema": {"type": "object", "properties": {"n": {"type": "number"}}}},
}
KEY = "key-of-the-test"


class Stand:
    """The gateway, its two replicas and a client whose traffic can be looked at."""

    def __init__(self, preset):
        self.preset = preset
        self.replicas = [Replica(preset, "--seed", str(seed)) for seed in (1, 2)]
        addresses = [replica.url for replica in self.replicas]
        self.gateway = Gateway(addresses, timeouts={"totalMs": 20_000})
        tenant = {"sha256": hashlib.sha256(KEY.encode()).hexdigest(), "tenant": "test"}
        limits = {"limits": {"bodyBytesMax": 4096}, "timeouts": {"totalMs": 1_500}}
        self.strict = Gateway(addresses, keys=[tenant], **limits)
        self.sent = []
        self.client = self.connect()
        self.model = self.client.models.list().data[0].id

    def processes(self):
        return [*self.replicas, self.gateway, self.strict]

    def connect(self, gateway=None, **options):
        """A client; what it sends is kept in `sent`."""
        traffic = httpx2.Client(event_hooks={"request": [lambda request: self.sent.append(request)]}, timeout=60)
        settings = {"api_key": KEY, "max_retries": 0, "http_client": traffic, **options}
        return openai.OpenAI(base_url=f"{(gateway or self.gateway).url}/v1", **settings)

    def chat(self, client=None, **more):
        return (client or self.client).chat.completions.create(
            model=self.model, messages=TALK, **{"max_tokens": TOKENS, **more}
        )

    def complete(self, client=None, **more):
        return (client or self.client).completions.create(
            model=self.model, prompt=TEXT, **{"max_tokens": TOKENS, **more}
        )

    def fail(self, kind, times=1, **details):
        """The fault stands at both replicas, since either may be asked first."""
        for replica in self.replicas:
            replica.fail(kind, times, **details)

    def heal(self):
        for replica in self.replicas:
            replica.heal()

    @contextlib.contextmanager
    def failing(self, kind, times=1, **details):
        self.fail(kind, times, **details)
        try:
            yield
        finally:
            self.heal()

    def open_generations(self):
        return sum(replica.state()["openGenerations"] for replica in self.replicas)

    def received(self):
        """The bodies that the replicas have got; the pages that the gateway looks at in between have none."""
        return [request["body"] for replica in self.replicas for request in replica.last_requests(100) if request["body"]]


def text_of(stream):
    """All that a stream says, its finish reasons and its usage."""
    text, finishes, usage, chunks = "", [], None, 0
    for chunk in stream:
        chunks += 1
        usage = chunk.usage or usage
        for choice in chunk.choices:
            text += (choice.delta.content if hasattr(choice, "delta") else choice.text) or ""
            finishes += [choice.finish_reason] if choice.finish_reason else []
    return text, finishes, usage, chunks


def expect(is_so, otherwise):
    if not is_so:
        raise AssertionError(otherwise)


def equal(one, other, what):
    expect(one == other, f"{what}: {one!r} is not {other!r}")


# What is answered


def plain_answers(stand):
    chat = stand.chat()
    equal(chat.choices[0].finish_reason, "length", "finish_reason")
    equal(chat.usage.completion_tokens, TOKENS, "tokens of the chat")
    equal(chat.usage.total_tokens, chat.usage.prompt_tokens + TOKENS, "sum of the chat")
    text = stand.complete()
    equal(text.usage.completion_tokens, TOKENS, "tokens of the completion")
    expect(text.choices[0].text.strip(), "the completion is empty")
    return f"{chat.usage.prompt_tokens}+{TOKENS} and {text.usage.prompt_tokens}+{TOKENS} tokens"


def streams_equal_plain_answers(stand):
    for ask, name in ((stand.chat, "chat"), (stand.complete, "completion")):
        whole = ask()
        said = whole.choices[0].message.content if name == "chat" else whole.choices[0].text
        text, finishes, usage, chunks = text_of(ask(stream=True))
        equal(text, said, f"text of the {name}")
        equal(finishes, ["length"], f"finish of the {name}")
        equal(usage, None, f"usage that nobody asked for in the {name}")
        expect(chunks >= TOKENS, f"the {name} came in {chunks} chunks")
        text, _, usage, _ = text_of(ask(stream=True, stream_options={"include_usage": True}))
        equal(text, said, f"text of the {name} with usage")
        equal(usage.total_tokens, whole.usage.total_tokens, f"usage of the {name}")


def several_answers(stand):
    one, two = stand.complete(n=2, temperature=1.0).choices
    expect(one.text and two.text, "an answer is empty")
    _, finishes, _, _ = text_of(stand.complete(n=2, stream=True))
    equal(finishes, ["length", "length"], "finishes of the stream")


def token_ids(stand):
    ids = list(range(600, 640))
    answer = stand.client.completions.create(model=stand.model, prompt=ids, max_tokens=4)
    equal(answer.usage.prompt_tokens, len(ids), "prompt tokens")


def passes_bytes_on(stand):
    for more in ({"tools": TOOLS, "tool_choice": "auto"}, {"response_format": SHAPE}, {"extra_body": {"top_k": 3, "é": "ü"}}):
        stand.chat(**more)
        sent = stand.sent[-1].content.decode()
        expect(sent in stand.received(), f"the engine did not get these bytes: {sent}")


def models(stand):
    equal(stand.client.models.retrieve(stand.model).id, stand.model, "the model")
    ids = [model.id for model in stand.client.models.list()]
    equal(ids, [stand.model], "the merged list")


def request_ids(stand):
    answer = stand.chat(extra_headers={"x-request-id": "abc-123"})
    equal(answer._request_id, "abc-123", "the request id")


async def _many(stand, count):
    client = openai.AsyncOpenAI(base_url=f"{stand.gateway.url}/v1", api_key="None", max_retries=0)
    whole = stand.complete(max_tokens=60).choices[0].text

    async def one():
        stream = await client.completions.create(model=stand.model, prompt=TEXT, max_tokens=60, stream=True)
        return "".join([chunk.choices[0].text async for chunk in stream])

    texts = await asyncio.gather(*[one() for _ in range(count)])
    equal(set(texts), {whole}, "texts")
    await client.close()


def many_at_once(stand):
    asyncio.run(_many(stand, 100))
    return "100 streams of 60 tokens, all equal"


# How it is left


def leaving_aborts(stand):
    delays = []
    for _ in range(10):
        stream = stand.chat(stream=True, max_tokens=4000)
        for _ in range(3):
            next(iter(stream))
        expect(stand.open_generations() == 1, "nothing runs")
        left = time.time()
        stream.close()
        wait_until(lambda: stand.open_generations() == 0, "the abort", 5)
        aborts = [replica.state().get("lastAbortAtMs", 0) for replica in stand.replicas]
        delays.append(max(aborts) - left * 1000)
    delays.sort()
    expect(delays[-1] < 50, f"the slowest took {delays[-1]:.1f} ms")
    return f"{delays[5]:.1f} ms in the middle, {delays[-1]:.1f} ms at most of 10"


def leaving_a_plain_answer_aborts(stand):
    impatient = stand.connect(timeout=0.3)
    raises(openai.APITimeoutError, lambda: stand.chat(impatient, max_tokens=4000))
    return f"{wait_until(lambda: stand.open_generations() == 0, 'the abort', 5) * 1000:.0f} ms until nothing runs"


# What is refused


def raises(kind, run, **members):
    """Runs it and returns the error, which is of exactly this kind and has these members."""
    try:
        run()
    except openai.OpenAIError as error:
        equal(type(error), kind, f"error ({error})")
        for name, value in members.items():
            equal(getattr(error, name, None), value, name)
        return error
    raise AssertionError(f"no {kind.__name__}")


# What an engine may answer, and what the SDK makes of it.
STATUSES = {
    400: openai.BadRequestError,
    401: openai.AuthenticationError,
    403: openai.PermissionDeniedError,
    404: openai.NotFoundError,
    409: openai.ConflictError,
    422: openai.UnprocessableEntityError,
    429: openai.RateLimitError,
    500: openai.InternalServerError,
    503: openai.InternalServerError,
}


def engine_statuses(stand):
    for status, kind in STATUSES.items():
        for stream in (False, True):
            with stand.failing("status", status=status):
                error = raises(kind, lambda: stand.chat(stream=stream), status_code=status)
                expect(isinstance(error.body, dict) and error.body.get("message"), f"{status} has no message")
    return f"{len(STATUSES)} statuses, streamed and not"


def own_refusals(stand):
    client, strict = stand.client, stand.strict
    found = []

    def meets(kind, run, **members):
        error = raises(kind, run, **members)
        expect(error.body["message"] and error.body["request_id"], "no message or no request id")
        found.append(str(error.code))

    nowhere = {"model": "nobody-has-this", "messages": TALK}
    meets(openai.NotFoundError, lambda: client.chat.completions.create(**nowhere), code="model_not_found", type="not_found_error")
    meets(openai.NotFoundError, lambda: client.models.retrieve("nobody-has-this"), code="model_not_found", type="not_found_error")
    meets(openai.NotFoundError, lambda: client.post("/nothing", cast_to=object, body={}), code="not_found", type="not_found_error")
    no_text = {"cast_to": object, "body": {"model": stand.model}}
    meets(openai.BadRequestError, lambda: client.post("/chat/completions", **no_text), code="invalid_request", type="invalid_request_error", param="messages")
    stranger = stand.connect(strict, api_key="somebody-else")
    meets(openai.AuthenticationError, lambda: stand.chat(stranger), code="unauthenticated", type="authentication_error")
    known = stand.connect(strict)
    equal(stand.chat(known).usage.completion_tokens, TOKENS, "tokens with the key")
    meets(openai.APIStatusError, lambda: stand.chat(known, user="x" * 5000), code="request_too_large", status_code=413, type="invalid_request_error")
    with stand.failing("hang", times=9):
        meets(openai.InternalServerError, lambda: stand.chat(known), code="engine_timeout", status_code=504, type="server_error")
    with stand.failing("die", times=9, at="headers"):
        meets(openai.InternalServerError, lambda: stand.chat(), code="engine_failed", status_code=502, type="server_error")
    return ", ".join(found)


def embeddings_are_refused(stand):
    run = lambda: stand.client.embeddings.create(model=stand.model, input="a river")
    try:
        run()
    except (openai.NotFoundError, openai.BadRequestError) as error:
        return f"{error.status_code} {error.body.get('message') if isinstance(error.body, dict) else error.body}"
    raise AssertionError("a chat model made an embedding")


def no_replica(stand):
    with running(Replica(stand.preset)) as (lonely,), running(Gateway([lonely.url])) as (gateway,):
        client = stand.connect(gateway)
        lonely.stop()
        first = raises(openai.InternalServerError, lambda: stand.chat(client), status_code=502, code="engine_unreachable")
        wait_until(lambda: gateway.ready_replicas() == 0, "the loss of the replica", 30)
        later = raises(openai.InternalServerError, lambda: stand.chat(client), status_code=503, code="no_replica")
        gateway.stop()
        raises(openai.APIConnectionError, lambda: stand.chat(client))
        return f"{first.code}, then {later.code}"


# What is tried again


def other_replica_helps(stand):
    """One replica refuses once: the gateway asks the other, and the client learns nothing of it."""
    for status in (429, 500, 503):
        for replica in stand.replicas:
            stand.heal()
            replica.fail("status", status=status, times=1000)
            for _ in range(4):
                equal(stand.chat().usage.completion_tokens, TOKENS, f"tokens around a {status}")
    stand.heal()


def sdk_retries(stand):
    """Both refuse: the SDK waits as long as Retry-After says and tries again."""
    patient = stand.connect(max_retries=2)
    waits = []
    for status in (429, 503):
        with stand.failing("status", status=status, retryAfterSeconds=1):
            before, start = len(stand.sent), time.monotonic()
            equal(stand.chat(patient).usage.completion_tokens, TOKENS, "tokens")
            equal(len(stand.sent) - before, 2, "tries of the SDK")
            waits.append(time.monotonic() - start)
            expect(waits[-1] > 0.95, f"it waited {waits[-1]:.2f} s where 1 s was asked for")
        # A stream is refused by its status too, so it can be tried again.
        with stand.failing("status", status=status, retryAfterSeconds=1):
            text, finishes, _, _ = text_of(stand.chat(patient, stream=True))
            expect(text and finishes == ["length"], "the stream is not whole")
    return f"waited {waits[0]:.2f} s and {waits[1]:.2f} s for a Retry-After of 1"


# What breaks


BREAKS = {
    "reset": {"kind": "die", "how": "rst", "at": 5},
    "closed": {"kind": "die", "how": "fin", "at": 5},
    "clean end without a finish": {"kind": "clean-end", "at": 5},
    "garbage": {"kind": "garbage", "at": 5},
    "error event": {"kind": "error-event", "at": 5, "message": "out of memory"},
    "abort": {"kind": "abort", "at": 5},
}


def broken_streams_throw(stand):
    kinds = set()
    for name, fault in BREAKS.items():
        for ask in (stand.chat, stand.complete):
            whole, _, _, _ = text_of(ask(stream=True))
            details = {member: value for member, value in fault.items() if member != "kind"}
            with stand.failing(fault["kind"], times=9, **details):
                text, finishes, error = cut(ask(stream=True))
            expect(isinstance(error, (openai.APIError, httpx2.HTTPError)), f"{name}: {error!r} is thrown")
            equal(finishes, [], f"finish reasons before the break by {name}")
            expect(text and whole.startswith(text) and text != whole, f"{name}: {text!r} is no beginning of {whole!r}")
            kinds.add(type(error).__name__)
    return f"{len(BREAKS)} ways to break, chat and completion: {', '.join(sorted(kinds))}"


def cut(stream):
    """What came of a stream before it broke, and how it did."""
    text, finishes = "", []
    try:
        for chunk in stream:
            for choice in chunk.choices:
                text += (choice.delta.content if hasattr(choice, "delta") else choice.text) or ""
                finishes += [choice.finish_reason] if choice.finish_reason else []
    except Exception as error:  # Which kind it is, is what the caller asks.
        return text, finishes, error
    return text, finishes, None


def broken_plain_answers_throw(stand):
    kinds = set()
    for name in ("reset", "closed", "garbage"):
        fault = BREAKS[name]
        details = {member: value for member, value in fault.items() if member != "kind"}
        with stand.failing(fault["kind"], times=9, **details):
            try:
                answer = stand.chat()
            except (openai.APIError, json.JSONDecodeError) as error:
                kinds.add(f"{type(error).__name__} {getattr(error, 'code', '')}".strip())
                continue
        raise AssertionError(f"{name}: a cut answer was taken for {answer!r}")
    return ", ".join(sorted(kinds))


def stall_ends_at_the_limit(stand):
    known = stand.connect(stand.strict)
    with stand.failing("stall", times=9, at=5):
        start = time.monotonic()
        text, finishes, error = cut(stand.chat(known, stream=True))
    equal(type(error), openai.APIError, "error")
    equal(error.code, "engine_timeout", "code")
    expect(text and not finishes, "nothing came before the stall")
    return f"{time.monotonic() - start:.2f} s under a limit of 1.5 s"


CHECKS = [
    ("plain answers have text, a finish and usage", plain_answers),
    ("streams say what plain answers say, with usage only where asked", streams_equal_plain_answers),
    ("two answers of one request both finish", several_answers),
    ("a prompt of token ids is counted as it is", token_ids),
    ("tools, JSON schemas and unknown members reach the engine byte for byte", passes_bytes_on),
    ("models are listed once and found by name", models),
    ("the client's request id comes back", request_ids),
    ("a hundred streams at once are all whole", many_at_once),
    ("a closed stream is aborted at the engine within 50 ms", leaving_aborts),
    ("a plain answer that nobody waits for is aborted", leaving_a_plain_answer_aborts),
    ("each status of an engine becomes the SDK's own error", engine_statuses),
    ("each refusal of the gateway has its class, type and code", own_refusals),
    ("embeddings of a chat model are refused", embeddings_are_refused),
    ("a refusal of one replica is answered by the other", other_replica_helps),
    ("the SDK tries again after 429 and 503, as late as it is told", sdk_retries),
    ("a broken stream throws and is never taken for a whole answer", broken_streams_throw),
    ("a broken plain answer throws", broken_plain_answers_throw),
    ("a stalled stream ends at the time limit, with an error", stall_ends_at_the_limit),
    ("a gateway without replicas says so, and one that is gone is an APIConnectionError", no_replica),
]


def main(presets):
    checks = Checks(f"openai {openai.__version__} for Python")
    for preset in presets or PRESETS:
        stand = Stand(preset)
        with running(*stand.processes()):
            for title, run in CHECKS:
                stand.heal()
                checks.check(f"{preset}: {title}", run, stand)
    checks.end()


main(sys.argv[1:])
