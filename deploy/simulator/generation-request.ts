import { BodyFields, isObject } from './body-fields.ts';
import { type Prompt, readPrompts } from './prompts.ts';
import { RequestRefused } from './refusal.ts';

/** The routes that generate: OpenAI's two, and SGLang's own. */
export type GenerationShape = 'chat' | 'completions' | 'generate';

/** What a client asks for, whatever the route. */
export interface GenerationRequest {
  readonly shape: GenerationShape;
  /** As the client named it; '' where the route has no model. */
  readonly model: string;
  /** One or more. */
  readonly prompts: readonly Prompt[];
  readonly choicesPerPrompt: number;
  /** Absent where the client sets none and the route has no default: up to the end of the context. */
  readonly outputTokensMax: number | undefined;
  readonly outputTokensMin: number;
  readonly ignoreEnd: boolean;
  readonly stop: readonly string[];
  readonly stream: boolean;
  /** A last frame with the counts. */
  readonly includeUsage: boolean;
  /** Counts in each frame; false unless `includeUsage`. */
  readonly continuousUsage: boolean;
  readonly echo: boolean;
  readonly returnTokenIds: boolean;
  /** The client's own name for it, from the body. */
  readonly requestId: string | undefined;
}

/** Where engines differ in what they accept. */
export interface RequestRules {
  /** Fields that a route knows; a route that is absent reads whatever it finds. */
  readonly knownFields: Readonly<Partial<Record<GenerationShape, ReadonlySet<string>>>>;
  /** What becomes of other fields. */
  readonly otherFields: 'ignored' | 'refused';
  /** False where a body is read whatever its content type says. */
  readonly checksContentType: boolean;
  /** False where any model name is served. */
  readonly checksModel: boolean;
  /** Routes that run a request for no output tokens; the others refuse it. */
  readonly zeroOutputShapes: ReadonlySet<GenerationShape>;
  /** `stream_options` needs `stream`. */
  readonly usageNeedsStream: boolean;
  /** Both usage flags when `stream_options` is there without them. */
  readonly usageByDefault: boolean;
  /** Ids outside the vocabulary are refused, or kill the engine. */
  readonly unknownTokens: 'refused' | 'fatal';
}

/** Most choices of one prompt; more are not made. */
const CHOICES_MAX = 128;

/** Output tokens when a request names none (OpenAI's completions; SGLang's `/generate`). */
const COMPLETION_TOKENS_DEFAULT = 16;
const GENERATE_TOKENS_DEFAULT = 128;

/** Reads a parsed body as its route does; throws `RequestRefused` for what the engine would not run. */
export function readGenerationRequest(
  members: Readonly<Record<string, unknown>>,
  shape: GenerationShape,
  rules: RequestRules,
): GenerationRequest {
  const fields = new BodyFields(knownMembers(members, rules.knownFields[shape], rules.otherFields));
  const sampling = shape === 'generate' ? samplingFields(fields) : fields;
  const choicesPerPrompt = sampling.integer('n') ?? 1;
  requireAtLeast('n', choicesPerPrompt, 1);
  requireAtLeast('temperature', sampling.number('temperature') ?? 0, 0);
  return {
    shape,
    model: readModel(fields, shape),
    prompts: readPrompts(fields, shape, rules.unknownTokens),
    choicesPerPrompt: Math.min(choicesPerPrompt, CHOICES_MAX),
    outputTokensMax: readOutputTokensMax(sampling, shape, rules),
    outputTokensMin: sampling.integer(shape === 'generate' ? 'min_new_tokens' : 'min_tokens') ?? 0,
    ignoreEnd: sampling.flag('ignore_eos') ?? false,
    stop: sampling.texts('stop'),
    stream: fields.flag('stream') ?? false,
    ...readUsage(fields, rules),
    echo: shape === 'completions' && (fields.flag('echo') ?? false),
    returnTokenIds: fields.flag('return_token_ids') ?? false,
    requestId: fields.text('rid') ?? fields.text('request_id'),
  };
}

function knownMembers(
  members: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string> | undefined,
  others: RequestRules['otherFields'],
): Readonly<Record<string, unknown>> {
  if (known === undefined) return members;
  const other = Object.keys(members).find((field) => !known.has(field));
  if (other === undefined) return members;
  if (others === 'refused') {
    throw new RequestRefused({ kind: 'unknown-field', field: other, found: members[other] });
  }
  return Object.fromEntries(Object.entries(members).filter(([field]) => known.has(field)));
}

function samplingFields(fields: BodyFields): BodyFields {
  const given = fields.raw('sampling_params');
  if (Array.isArray(given)) return new BodyFields(isObject(given[0]) ? given[0] : {});
  return fields.object('sampling_params') ?? new BodyFields({});
}

function readModel(fields: BodyFields, shape: GenerationShape): string {
  const model = fields.text('model');
  if (model !== undefined) return model;
  if (shape === 'generate') return '';
  return fields.missing('model');
}

function readOutputTokensMax(
  fields: BodyFields,
  shape: GenerationShape,
  rules: RequestRules,
): number | undefined {
  const named = outputFields[shape].map((field) => [field, fields.integer(field)] as const);
  const given = named.find(([, value]) => value !== undefined);
  if (given?.[1] === undefined) return outputTokensDefault[shape];
  const [field, outputTokensMax] = given;
  requireAtLeast(field, outputTokensMax, rules.zeroOutputShapes.has(shape) ? 0 : 1);
  return outputTokensMax;
}

/** Names of the limit, the one that wins first. */
const outputFields: Readonly<Record<GenerationShape, readonly string[]>> = {
  chat: ['max_completion_tokens', 'max_tokens'],
  completions: ['max_tokens'],
  generate: ['max_new_tokens'],
};

const outputTokensDefault: Readonly<Record<GenerationShape, number | undefined>> = {
  chat: undefined,
  completions: COMPLETION_TOKENS_DEFAULT,
  generate: GENERATE_TOKENS_DEFAULT,
};

function readUsage(
  fields: BodyFields,
  rules: RequestRules,
): Pick<GenerationRequest, 'includeUsage' | 'continuousUsage'> {
  const options = fields.object('stream_options');
  if (options === undefined) return { includeUsage: false, continuousUsage: false };
  if (rules.usageNeedsStream && fields.flag('stream') !== true) {
    throw new RequestRefused({ kind: 'usage-without-stream' });
  }
  const includeUsage = options.flag('include_usage') ?? rules.usageByDefault;
  const continuous = options.flag('continuous_usage_stats') ?? rules.usageByDefault;
  return { includeUsage, continuousUsage: includeUsage && continuous };
}

function requireAtLeast(field: string, found: number, minimum: number): void {
  if (found < minimum) throw new RequestRefused({ kind: 'below-minimum', field, found, minimum });
}
