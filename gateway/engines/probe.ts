import type { EngineFacts, EngineKind, EnginePages, LoadSource, ReadPage } from './engine-kind.ts';
import { MODELS_PATH, readModels } from './model-page.ts';

/** An engine that answers, and what is to be known of it. */
export interface FoundEngine {
  readonly kind: EngineKind;
  readonly facts: EngineFacts;
  readonly models: readonly string[];
  /** Where to read its load; `undefined` where it tells none. */
  readonly loadSource: LoadSource | undefined;
}

/** Whether an engine answers, and which. Both are expected outcomes. */
export type ProbeResult =
  | { readonly kind: 'found'; readonly engine: FoundEngine }
  /** `reason` is for people. */
  | { readonly kind: 'absent'; readonly reason: string };

/** What is known of an engine that was named to us and tells nothing. */
const noFacts: EngineFacts = {
  version: undefined,
  contextTokensMax: undefined,
  kvCapacityTokens: undefined,
  kvBlockTokens: undefined,
};

/**
 * Asks what stands behind `readPage`: the first of `kinds` that knows its pages, or `named` without
 * asking which. Never rejects: a replica that is down is asked again later.
 */
export async function probe(
  readPage: ReadPage,
  kinds: readonly EngineKind[],
  named: EngineKind | undefined,
  signal: AbortSignal,
): Promise<ProbeResult> {
  try {
    const list = await readPage(MODELS_PATH, signal);
    if (list.status !== 200) return absent(refusal(list.status));
    const asked = named === undefined ? kinds : [named];
    const pages = await readPages(readPage, pathsOf(asked), signal);
    return identify(new Map([...pages, [MODELS_PATH, list.body]]), asked, named);
  } catch (error) {
    return absent(error instanceof Error ? error.message : 'no answer');
  }
}

function identify(
  pages: EnginePages,
  kinds: readonly EngineKind[],
  named: EngineKind | undefined,
): ProbeResult {
  for (const kind of kinds) {
    const facts = kind.recognise(pages) ?? (kind === named ? noFacts : undefined);
    if (facts === undefined) continue;
    const models = readModels(pages.get(MODELS_PATH)).map(({ id }) => id);
    const loadSource = kind.loadSources.find((source) => tellsLoad(source, pages));
    return { kind: 'found', engine: { kind, facts, models, loadSource } };
  }
  return absent('what answers is no engine that is known');
}

function tellsLoad(source: LoadSource, pages: EnginePages): boolean {
  const bodies = source.paths.map((path) => pages.get(path));
  if (!bodies.every((body) => body !== undefined)) return false;
  return source.read(bodies, { askedMs: 0 }) !== undefined;
}

function pathsOf(kinds: readonly EngineKind[]): readonly string[] {
  return [...new Set(kinds.flatMap(({ factPaths }) => factPaths))];
}

/** The pages that are there. One that does not answer at all leaves open what the engine is, so it fails the probe. */
async function readPages(
  readPage: ReadPage,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<[string, string][]> {
  const answers = await Promise.all(
    paths.map(async (path) => ({ path, ...(await readPage(path, signal)) })),
  );
  return answers.filter(({ status }) => status === 200).map(({ path, body }) => [path, body]);
}

function refusal(status: number): string {
  if (status === 401 || status === 403) return `it refuses our API key (${status})`;
  return `it answers ${status} to ${MODELS_PATH}`;
}

function absent(reason: string): ProbeResult {
  return { kind: 'absent', reason };
}
