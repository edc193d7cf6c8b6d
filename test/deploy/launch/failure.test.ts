import { describe, expect, it } from 'vitest';

import type { FailureKind } from '../../../deploy/launch/failure.ts';
import { failureOf, isHopeless } from '../../../deploy/launch/failure.ts';

const failed = { code: 1, signal: null };

/** What engines print, each with the cause that a person would read in it. */
const SAID: readonly (readonly [string, FailureKind])[] = [
  ['launch_server.py: error: unrecognized arguments: --tensor-paralel-size 2', 'bad-flag'],
  ["vllm serve: error: argument --dtype: invalid choice: 'fp9'", 'bad-flag'],
  ['error: invalid argument: --gpu-layer', 'bad-flag'],
  ['error: the following arguments are required: --model-path', 'bad-flag'],
  [
    'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 224.00 MiB.',
    'gpu-out-of-memory',
  ],
  [
    'ValueError: Free memory on device (5.1/79.1 GiB) on startup is less than desired GPU memory utilization (0.9, 71.2 GiB).',
    'gpu-out-of-memory',
  ],
  [
    'RuntimeError: Not enough memory. Please try to increase --mem-fraction-static.',
    'gpu-out-of-memory',
  ],
  ['ValueError: No available memory for the cache blocks.', 'gpu-out-of-memory'],
  ['ggml_backend_cuda: cudaMalloc failed: out of memory', 'gpu-out-of-memory'],
  ['OSError: [Errno 98] Address already in use', 'port-taken'],
  [
    "ERROR: [Errno 98] error while attempting to bind on address ('0.0.0.0', 30000): address already in use",
    'port-taken',
  ],
  ["main: couldn't bind HTTP server socket, hostname: 127.0.0.1, port: 8080", 'port-taken'],
  [
    "OSError: /models/x is not a local folder and is not a valid model identifier listed on 'https://huggingface.co/models'",
    'model-missing',
  ],
  ['huggingface_hub.errors.RepositoryNotFoundError: 404 Client Error.', 'model-missing'],
  [
    "huggingface_hub.errors.HFValidationError: Repo id must be in the form 'repo_name'",
    'model-missing',
  ],
  ['OSError: /models/x does not appear to have a file named config.json.', 'model-missing'],
  ['gguf_init_from_file: failed to open GGUF file /models/x.gguf', 'model-missing'],
  ["RuntimeError: [enforce fail] DefaultCPUAllocator: can't allocate memory", 'out-of-memory'],
  ['OSError: [Errno 12] Cannot allocate memory', 'out-of-memory'],
  ["ModuleNotFoundError: No module named 'sglang'", 'package-missing'],
];

describe('an engine that ended', () => {
  it.each(SAID)('after it said %j: %s', (line, kind) => {
    const lines = ['INFO starting', 'Traceback (most recent call last):', line, 'ERROR exiting'];
    const failure = failureOf(failed, lines, false);

    expect(failure).toMatchObject({ kind, tail: lines });
    expect(failure.sentence).toContain(line.slice(0, 100));
    expect(failure.sentence).not.toContain('\n');
  });

  it('is told by its cause, and not by what follows of it', () => {
    const { kind } = failureOf(
      failed,
      [
        'OSError: [Errno 98] Address already in use',
        'RuntimeError: Engine core initialization failed.',
      ],
      false,
    );
    expect(kind).toBe('port-taken');
  });

  it('is told by the last cause that it names: it got over those before', () => {
    const lines = ['torch.OutOfMemoryError: CUDA out of memory.', 'trying with less'];
    const last = 'OSError: [Errno 98] Address already in use';
    expect(failureOf(failed, [...lines, last, 'exiting'], false).kind).toBe('port-taken');
  });

  it.each([
    'WARNING 11-28 10:00:00 [fa.py:3] Failed to import FlashInfer: ImportError: no flashinfer',
    "INFO 11-28 10:00:00 [x.py:1] ImportError: cannot import name 'x', using y",
    "/usr/lib/x.py:1: UserWarning: No module named 'triton'",
    'Could not load tokenizer: model config generation_config.json not found, using defaults',
    "OSError: [Errno 22] Invalid argument: '/dev/shm/psm_1'",
    'RuntimeError: CUDA error: invalid argument',
    'unknown option ignored: foo',
  ])('did not end of what it got over, such as %j', (line) => {
    const lines = [line, 'RuntimeError: NCCL error: unhandled system error'];
    expect(failureOf(failed, lines, false).kind).toBe('ended');
  });

  it('lacks nothing that it was started with once it has served, whatever clients asked for', () => {
    const killed = { code: null, signal: 'SIGKILL' } as const;
    const lines = [
      'ERROR 11-28 [serving_engine.py:1] The model `gpt-4` does not exist.',
      'INFO: 127.0.0.1 - "POST /v1/chat/completions HTTP/1.1" 404 Not Found',
    ];
    expect(failureOf(killed, lines, true).kind).toBe('killed');
    expect(failureOf(killed, ['CUDA out of memory'], true).kind).toBe('gpu-out-of-memory');
  });

  it('by SIGKILL is told by its cause: SGLang kills its parent where its scheduler cannot start', () => {
    const killed = { code: null, signal: 'SIGKILL' } as const;
    const lines = [
      'OSError: /models/x does not appear to have a file named config.json.',
      'Killed',
    ];
    expect(failureOf(killed, lines, false).kind).toBe('model-missing');
  });

  it('has a cause that only a person can mend within its last forty lines, and none before', () => {
    const after = (count: number): FailureKind => {
      const lines = Array.from({ length: count }, () => '  at some line');
      return failureOf(failed, ["ModuleNotFoundError: No module named 'x'", ...lines], false).kind;
    };
    expect([after(39), after(40)]).toEqual(['package-missing', 'ended']);
  });

  it('by SIGKILL may have been ended by the kernel', () => {
    const { kind, sentence } = failureOf({ code: null, signal: 'SIGKILL' }, ['loading 45%'], false);
    expect(kind).toBe('killed');
    expect(sentence).toContain('or the kernel for want of memory');
  });

  it('by another signal, or by itself, is told with its last line', () => {
    expect(failureOf({ code: null, signal: 'SIGSEGV' }, ['a', 'b'], false)).toMatchObject({
      kind: 'killed',
      sentence: 'it ended by SIGSEGV (b)',
    });
    expect(failureOf({ code: 3, signal: null }, ['a', 'b'], false)).toMatchObject({
      kind: 'ended',
      sentence: 'it ended with exit code 3 (b)',
    });
    expect(failureOf({ code: 0, signal: null }, [], false)).toMatchObject({
      sentence: 'it ended with exit code 0 and wrote nothing',
      tail: [],
    });
  });

  it('shows its last twenty lines, and not one that has no end', () => {
    const lines = Array.from({ length: 21 }, (_, index) => `line ${index}`);
    const { tail, sentence } = failureOf(failed, [...lines.slice(1), 'x'.repeat(500)], false);
    expect(tail).toHaveLength(20);
    expect(tail[0]).toBe('line 2');
    expect(sentence.length).toBeLessThan(300);
  });
});

describe('a failure', () => {
  const failureKinds: readonly (readonly [FailureKind, boolean])[] = [
    ['command-missing', true],
    ['bad-flag', true],
    ['model-missing', true],
    ['package-missing', true],
    ['port-taken', false],
    ['gpu-out-of-memory', false],
    ['out-of-memory', false],
    ['killed', false],
    ['not-ready-in-time', false],
    ['unhealthy', false],
    ['ended', false],
  ];

  it.each(failureKinds)('of kind %s is for a person to mend: %s', (kind, hopeless) => {
    expect(isHopeless({ kind, sentence: '', tail: [] })).toBe(hopeless);
  });
});
