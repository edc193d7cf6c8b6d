import { z } from 'zod';

import type { AdmissionMode } from '../../routing/admission.ts';
import { defaultGoodService, policyNames } from '../../routing/policies/catalog.ts';
import type { LogLevel } from '../../telemetry/telemetry.ts';
import { engineNames } from '../engines/catalog.ts';
import { PRIORITY_MAX, PRIORITY_MIN } from '../generation/tenant.ts';
import { isHeaderText } from '../wire/header-text.ts';
import { gpuHealthSchema } from './gpu-health-schema.ts';
import { launchSchema } from './launch-schema.ts';
import { file, host, line, origin, port, sha256, whole } from './setting-kinds.ts';
import type { Config, ReplicaSettings } from './settings.ts';

const admissionModes = ['late-binding', 'pass-through'] as const satisfies readonly AdmissionMode[];

const logLevels = [
  'debug',
  'info',
  'warn',
  'error',
  'silent',
] as const satisfies readonly LogLevel[];

const resumeModes = ['exact', 'text', 'off'] as const satisfies readonly Config['resume']['mode'][];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const GIB = 2 ** 30;

/** 100 million tokens: ten times the KV cache of the largest published replica. */
const KV_TOKENS_MAX = 100_000_000;

/** Requests that may be inside at one time, of one tenant or of all. */
const OPEN_REQUESTS_MAX = 1_000_000;

/** A fleet a hundred times as fast as one gateway on one core. */
const REQUESTS_PER_MINUTE_MAX = 100_000_000;

/** 16 million tokens a second: more than a thousand of the largest published replicas. */
const TOKENS_PER_MINUTE_MAX = 1_000_000_000;

const tls = z.strictObject({
  certFile: file.describe('Certificate chain, PEM. Read again when it changes.'),
  keyFile: file.describe('Private key, PEM.'),
});

const listen = z.strictObject({
  host: host.default('127.0.0.1').describe('Address of the data port.'),
  port: port.default(8080).describe('Data port: the API, `/health`, `/ready`. 0 takes a free one.'),
  reusePort: z
    .boolean()
    .default(false)
    .describe('Shares the data port with the gateway that follows or goes before this one.'),
  tls: tls.optional().describe('Serves the data port over TLS.'),
  allowUnauthenticated: z
    .boolean()
    .default(false)
    .describe('Lets everybody in on an address that other machines reach, without `keys`.'),
});

const admin = z.strictObject({
  host: host.default('127.0.0.1').describe('Address of the admin port.'),
  port: port.default(9080).describe('Admin port: `/metrics`, `/admin/*`. 0 takes a free one.'),
  tls: tls.optional().describe('Serves the admin port over TLS.'),
  keySha256: sha256.optional().describe('SHA-256 of the admin key, hex.'),
  allowUnauthenticated: z
    .boolean()
    .default(false)
    .describe('Lets everybody in on an address that other machines reach, without a key.'),
});

const replica = z
  .strictObject({
    url: origin.describe('Base URL of the engine, such as `http://127.0.0.1:30000`.'),
    id: line(128)
      .regex(/^[\w.:-]+$/, 'letters, digits and any of . _ : -')
      .optional()
      .describe(
        'Name in metrics, logs and headers; host and port of the URL where it is left out.',
      ),
    engine: z
      .enum(engineNames)
      .optional()
      .describe('Engine, where it is not to be found by asking.'),
    models: z
      .array(line(256))
      .max(1_000)
      .optional()
      .describe('Models that it serves, in place of what it lists.'),
    kvCapacityTokens: whole({ min: 1, max: KV_TOKENS_MAX })
      .optional()
      .describe('KV cache, in tokens, where the engine does not tell.'),
    kvBlockTokens: whole({ min: 1, max: 4_096 })
      .optional()
      .describe('Tokens in one KV block, where the engine does not tell.'),
    contextTokensMax: whole({ min: 1, max: KV_TOKENS_MAX })
      .optional()
      .describe('Longest prompt plus output, in tokens, where the engine does not tell.'),
    apiKey: line(4_096)
      .refine(isHeaderText, 'text that a header can hold')
      .optional()
      .describe('Bearer token for the engine.'),
    caFile: file.optional().describe("Authority of the engine's certificate, PEM."),
    forwardAuthorization: z
      .boolean()
      .default(false)
      .describe("Hands the client's own `Authorization` on to the engine."),
    gpus: z
      .array(line(128))
      .max(64)
      .optional()
      .describe(
        'Its GPUs on this machine, as `CUDA_VISIBLE_DEVICES` names them: a sick one drains it.',
      ),
    numaNode: whole({ min: 0, max: 1_023 }).optional().describe('NUMA node that it is pinned to.'),
    labels: z
      .record(line(64), line(256))
      .default({})
      .describe('Anything else that should stand beside its name.'),
  })
  .transform((settings): ReplicaSettings => ({
    ...settings,
    id: settings.id ?? new URL(settings.url).host,
  }));

const models = z.strictObject({
  aliases: z
    .record(line(256), line(256))
    .default({})
    .describe("Names that clients may use, each with a replica's own name for the model."),
});

const routing = z.strictObject({
  policy: z.enum(policyNames).default('kv-aware').describe('How a replica is chosen.'),
  shadow: z
    .enum(policyNames)
    .optional()
    .describe('Another policy that judges every decision and does not act; it is counted.'),
  goodFirstTokenMs: whole({ min: 1, max: HOUR_MS })
    .default(defaultGoodService.firstTokenMs)
    .describe(
      'A first token within this time is good for your users; who has waited longer lets others go first.',
    ),
  goodTokenGapMs: whole({ min: 1, max: 60_000 })
    .default(defaultGoodService.tokenGapMs)
    .describe('As good is so long a gap between tokens; `kv-aware` weighs one against the other.'),
});

const admission = z.strictObject({
  mode: z
    .enum(admissionModes)
    .default('late-binding')
    .describe('`late-binding` queues here until a replica has room; `pass-through` does not.'),
  waitingRequestsMax: whole({ min: 0, max: 1_000_000 })
    .default(10_000)
    .describe('Requests that may wait; one more is answered 503.'),
  // Ten thousand prompts of some 13 thousand tokens as text.
  waitingBytesMax: whole({ min: 0, max: 1_024 * GIB })
    .default(512 * 2 ** 20)
    .describe('Bytes of bodies that may wait; with one more, 503.'),
  // What sixteen replicas of a 70B model compute within the longest wait.
  waitingPromptTokensMax: whole({ min: 0, max: 10_000_000_000 })
    .default(100_000_000)
    .describe('Prompt tokens that may wait; with one more, 503.'),
  // What the OpenAI clients wait before they give up by themselves.
  waitingMsMax: whole({ min: 1, max: DAY_MS })
    .default(600_000)
    .describe('Longest wait for a replica; then 503.'),
  // One prefill chunk of SGLang, and the step budget of vLLM for an 8k model.
  prefillTokensOutMax: whole({ min: 1, max: KV_TOKENS_MAX })
    .default(8_192)
    .describe('Prompt tokens sent to a replica ahead of its prefill: about one step.'),
});

const limits = z.strictObject({
  // 32 MiB hold a few images as base64, or eight million tokens of text.
  bodyBytesMax: whole({ min: 1_024, max: GIB })
    .default(32 * 2 ** 20)
    .describe('Largest request body; a larger one is answered 413.'),
  headBytesMax: whole({ min: 1_024, max: 2 ** 20 })
    .default(32_768)
    .describe('Largest head of a request, headers included.'),
  openRequestsMax: whole({ min: 1, max: OPEN_REQUESTS_MAX })
    .default(20_000)
    .describe('Requests inside at one time, waiting ones included; one more is answered 503.'),
  connectionsMax: whole({ min: 1, max: OPEN_REQUESTS_MAX })
    .default(20_000)
    .describe(
      'Connections to the data port; one more gets 503. Fewer where the process may not open two files for each.',
    ),
  // A stream that stands still for half a second is seen by everybody who reads along.
  eventLoopLateMsMax: whole({ min: 10, max: 60_000 })
    .default(500)
    .describe(
      'Lateness of the event loop, twice in a row, from which on new requests are answered 503.',
    ),
  // Between the 10 % and 20 % that the budgets of SRE practice, Envoy and Finagle give.
  retriesShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.15)
    .describe(
      'Tries on another replica, for each request of the last ten seconds; three a second are free.',
    ),
  choicesMax: whole({ min: 1, max: 1_024 })
    .default(8)
    .describe('Largest `n` and `best_of`: each choice is a request of its own to the engine.'),
  // Twice the longest answers that any published model is made for.
  outputTokensMax: whole({ min: 1, max: KV_TOKENS_MAX })
    .default(262_144)
    .describe('Largest `max_tokens`, under any of its names.'),
  // OpenAI's own bound.
  logprobsMax: whole({ min: 0, max: 1_000_000 })
    .default(20)
    .describe('Most log probabilities that a request may ask for with each token.'),
  tokenListMax: whole({ min: 0, max: 1_000_000 })
    .default(1_024)
    .describe('Entries of `logit_bias` and of each list of token ids but the prompt.'),
  stopsMax: whole({ min: 0, max: 10_000 })
    .default(16)
    .describe('Stop texts: each is looked for in all that is generated.'),
  grammarBytesMax: whole({ min: 0, max: GIB })
    .default(65_536)
    .describe(
      'Largest JSON schema, grammar or pattern that an answer has to follow; each schema of a tool too, and all together where a tool must be called.',
    ),
  mediaHosts: z
    .array(line(255).regex(/^(?:\*|[a-z0-9.-]+)$/, 'a host in lower case, or `*` for every host'))
    .max(1_000)
    .default([])
    .describe(
      'Hosts from which requests may have engines fetch media, `*` for all; media that come as data need none.',
    ),
});

const resume = z.strictObject({
  mode: z
    .enum(resumeModes)
    .default('exact')
    .describe(
      'Broken streams that go on at another replica: `exact` by token ids where engines tell them, `text` also by the text alone, or `off`.',
    ),
  // Four bytes a token, and one event of an engine holds the ids of a prompt of this length.
  tokensMax: whole({ min: 1, max: 131_072 })
    .default(32_768)
    .describe('Longest prompt plus answer that goes on elsewhere; four bytes a token are kept.'),
});

const timeouts = z.strictObject({
  connectMs: whole({ min: 1, max: 600_000 }).default(2_000).describe('To connect to a replica.'),
  firstByteMs: whole({ min: 1, max: DAY_MS })
    .optional()
    .describe("To the first byte of a replica's answer. Long queues in engines take minutes."),
  betweenTokensMs: whole({ min: 10, max: DAY_MS })
    .optional()
    .describe(
      'Between two tokens of a stream; then another replica. Engines under load pause for half a minute.',
    ),
  // A reader slower than some 15 KB/s is far behind any answer that is generated for it.
  unreadMs: whole({ min: 10, max: DAY_MS })
    .default(60_000)
    .describe(
      'For a client to read what waits for it, its engine being paused; then it is closed.',
    ),
  totalMs: whole({ min: 1, max: DAY_MS }).default(HOUR_MS).describe('For a request as a whole.'),
});

const key = z.strictObject({
  sha256: sha256.describe('SHA-256 of the key, hex: `printf %s KEY | sha256sum`.'),
  tenant: line(128).describe('Whose the key is.'),
});

const tenant = z.strictObject({
  name: line(128).describe('As `keys` name it; `anonymous` where there are no keys.'),
  weight: z
    .number()
    .min(0.01)
    .max(100)
    .default(1)
    .describe('Its part of the tokens that are served while others wait too.'),
  priority: whole({ min: PRIORITY_MIN, max: PRIORITY_MAX })
    .default(0)
    .describe('Higher is served earlier. `x-gateway-priority` may ask for less, not for more.'),
  requestsPerMinute: whole({ min: 1, max: REQUESTS_PER_MINUTE_MAX })
    .optional()
    .describe('Requests that it may send in a minute, in one burst too; one more is answered 429.'),
  tokensPerMinute: whole({ min: 1, max: TOKENS_PER_MINUTE_MAX })
    .optional()
    .describe('Tokens of prompts and answers in a minute; with more, 429.'),
  concurrentRequests: whole({ min: 1, max: OPEN_REQUESTS_MAX })
    .optional()
    .describe('Requests that it may have inside at one time; one more is answered 429.'),
});

const discovery = z.strictObject({
  loadIntervalMs: whole({ min: 10, max: 60_000 })
    .default(100)
    .describe("Between two looks at a replica's load; longer where the page itself is slow."),
  // Above `timeouts.connectMs`: a host that takes no connection is gone, one that is late is not.
  loadTimeoutMs: whole({ min: 10, max: 60_000 })
    .default(3_000)
    .describe('For one look at the load.'),
  healthIntervalMs: whole({ min: 100, max: HOUR_MS })
    .default(5_000)
    .describe('Between two health checks.'),
  // SGLang gives up on its own check after 20 s, and says so.
  healthTimeoutMs: whole({ min: 100, max: HOUR_MS })
    .default(21_000)
    .describe('For one health check.'),
  failuresMax: whole({ min: 1, max: 1_000 })
    .default(3)
    .describe('Failures in a row, of checks, connections or answers, that take a replica out.'),
  successesMin: whole({ min: 1, max: 1_000 })
    .default(1)
    .describe('Good checks in a row that bring it back.'),
  // A look at a dead port costs less than the five looks a second at a living one's load.
  retryMsMax: whole({ min: 100, max: HOUR_MS })
    .default(500)
    .describe('Longest time between two tries at a replica that is down.'),
  // Envoy's first ejection.
  ejectionMsMax: whole({ min: 1_000, max: HOUR_MS })
    .default(30_000)
    .describe(
      'Longest time out at once for a replica whose checks go well and whose answers fail.',
    ),
});

const telemetry = z.strictObject({
  serviceName: line(256).default('numagate').describe('`service.name` of spans.'),
  otlpEndpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('OTLP/HTTP collector, such as `http://127.0.0.1:4318`; without one no span is made.'),
  otlpHeaders: z.record(line(256), line(4_096)).default({}).describe('Headers for the collector.'),
  sampleRatio: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe(
      'Share of traces kept, of requests that went well and whose caller has not decided; slow and failed ones are kept.',
    ),
  logLevel: z
    .enum(logLevels)
    .default('info')
    .describe('Least level of log lines; each request is a line of `info`.'),
});

const shutdown = z.strictObject({
  // Balancers ask for readiness every few seconds, and Kubernetes tells its nodes as late.
  settleMs: whole({ min: 0, max: HOUR_MS })
    .default(5_000)
    .describe(
      'Time after SIGTERM in which new requests are still served, though `/ready` says no.',
    ),
  // Below the 30 s that Kubernetes gives a pod.
  drainMs: whole({ min: 0, max: HOUR_MS })
    .default(25_000)
    .describe('Time after SIGTERM in which open streams may finish.'),
});

/** Every setting with its default, bounds and meaning; the JSON schema and the table come from it. */
export const configSchema: z.ZodType<Config> = z.strictObject({
  listen: listen.prefault({}),
  admin: admin.prefault({}),
  replicas: z.array(replica).max(1_000).default([]),
  launch: launchSchema.prefault({}),
  models: models.prefault({}),
  routing: routing.prefault({}),
  admission: admission.prefault({}),
  limits: limits.prefault({}),
  resume: resume.prefault({}),
  timeouts: timeouts.prefault({}),
  keys: z.array(key).max(10_000).default([]),
  tenants: z.array(tenant).max(10_000).default([]),
  discovery: discovery.prefault({}),
  gpuHealth: gpuHealthSchema.prefault({}),
  telemetry: telemetry.prefault({}),
  shutdown: shutdown.prefault({}),
});
