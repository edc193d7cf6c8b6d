/** Why a replica ended or did not come up, as a word of a small fixed set. */
export type FailureKind =
  | 'command-missing'
  | 'bad-flag'
  | 'model-missing'
  | 'port-taken'
  | 'gpu-out-of-memory'
  | 'out-of-memory'
  | 'package-missing'
  | 'killed'
  | 'not-ready-in-time'
  | 'unhealthy'
  | 'ended';

/** A failure, told. */
export interface Failure {
  readonly kind: FailureKind;
  /** One sentence: what happened, and what to do next. */
  readonly sentence: string;
  /** The last lines of the engine. */
  readonly tail: readonly string[];
}

/** How an engine's process ended. */
export interface EngineEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface Symptom {
  readonly kind: FailureKind;
  readonly pattern: RegExp;
  readonly what: string;
}

/** What engines print on their way down. Where one line is of two kinds, it is of the first. */
const SYMPTOMS: readonly Symptom[] = [
  {
    kind: 'bad-flag',
    pattern:
      /unrecognized arguments?:|error: argument |unrecognized option|unknown (?:argument|option)(?::| ['"-])|error: invalid argument: |No such option|the following arguments are required/i,
    what: 'it does not take its command line: correct argv',
  },
  {
    kind: 'gpu-out-of-memory',
    pattern:
      /CUDA (?:error: )?out of memory|OutOfMemoryError|hipErrorOutOfMemory|cudaMalloc failed|less than desired GPU memory utilization|No available memory for the cache blocks|Not enough memory\. Please try to increase --mem-fraction|unable to allocate CUDA\d* buffer/i,
    what: "the GPU's memory does not suffice: free the GPU, take a smaller context or more GPUs a replica, or lower the engine's share of memory",
  },
  {
    kind: 'port-taken',
    pattern: /address already in use|EADDRINUSE|couldn't bind (?:HTTP server )?socket/i,
    what: 'its port, or one that it takes besides, is taken: end who has it or give another',
  },
  {
    kind: 'model-missing',
    pattern:
      /not a local folder and is not a valid model|not a valid model identifier|Repository ?Not ?Found|does not appear to have a file named|Can't load the configuration of|HFValidationError|Repo id must be|LocalEntryNotFoundError|GatedRepoError|couldn't connect to .*huggingface|failed to open GGUF|error loading model|No such file or directory.*(?:config\.json|\.gguf|\.safetensors)|error\b.*\bmodel .*(?:does not exist|not found)/i,
    what: 'the model is not there: name a folder that holds it, or one that can be downloaded',
  },
  {
    kind: 'out-of-memory',
    pattern:
      /Cannot allocate memory|can't allocate memory|\bMemoryError\b|std::bad_alloc|unable to mmap/i,
    what: "the host's memory does not suffice: free some, or give the replica more memory nodes",
  },
  {
    kind: 'package-missing',
    pattern: /ModuleNotFoundError|No module named|ImportError|cannot open shared object file/,
    what: 'a part of the engine is not installed where it runs: see which Python argv begins with',
  },
];

/** Kept of the lines, to be shown. */
const TAIL_LINES = 20;

/** A hopeless cause stands so near to the end; vLLM's parent adds thirty lines of a traceback to those of its core. */
const CAUSE_LINES = 40;

/** What an engine gets over. */
const NO_ERROR = /\b(?:DEBUG|INFO|WARN|WARNING)\b|Warning: /;

/**
 * One sentence on an engine that ended by itself, by what it wrote and how it ended. `hasServed` tells that it was
 * ready: nothing that it was started with was missing then, and lines on it are about what clients asked for.
 */
export function failureOf(
  { code, signal }: EngineEnd,
  lines: readonly string[],
  hasServed: boolean,
): Failure {
  const tail = lines.slice(-TAIL_LINES);
  // Also after a SIGKILL: SGLang's parent is killed by its own scheduler that could not start.
  const cause = causeIn(lines, hasServed);
  if (cause !== undefined) {
    const { kind, what, line } = cause;
    return { kind, sentence: `${what} (${shortened(line)})`, tail };
  }
  if (signal === 'SIGKILL') {
    const what = 'it was killed by SIGKILL: somebody did so, or the kernel for want of memory';
    return { kind: 'killed', sentence: `${what} (dmesg tells)`, tail };
  }
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
  const last = tail.at(-1);
  const said = last === undefined ? 'and wrote nothing' : `(${shortened(last)})`;
  return { kind: signal === null ? 'ended' : 'killed', sentence: `it ended ${how} ${said}`, tail };
}

/** The last line that tells of one; earlier ones it may have got over. */
function causeIn(
  lines: readonly string[],
  hasServed: boolean,
): (Symptom & { readonly line: string }) | undefined {
  for (const [fromEnd, line] of lines.toReversed().entries()) {
    if (NO_ERROR.test(line)) continue;
    const mayBeHopeless = !hasServed && fromEnd < CAUSE_LINES;
    const symptom = SYMPTOMS.find(
      ({ kind, pattern }) => (mayBeHopeless || !HOPELESS.has(kind)) && pattern.test(line),
    );
    if (symptom !== undefined) return { ...symptom, line };
  }
  return undefined;
}

/** Failures that the same command would meet again at once. */
const HOPELESS: ReadonlySet<FailureKind> = new Set<FailureKind>([
  'command-missing',
  'bad-flag',
  'model-missing',
  'package-missing',
]);

/** Whether only a person can help: another try would end the same way. */
export function isHopeless({ kind }: Failure): boolean {
  return HOPELESS.has(kind);
}

const LINE_CHARACTERS = 200;

function shortened(line: string): string {
  const text = line.trim();
  return text.length <= LINE_CHARACTERS ? text : `${text.slice(0, LINE_CHARACTERS - 1)}…`;
}
