import type { LoadSnapshot } from '../../routing/replica.ts';

/** A page of an engine as it came. */
export interface EnginePage {
  readonly status: number;
  readonly body: string;
}

/** Reads a path of one engine. Rejects when no whole answer comes. */
export type ReadPage = (path: string, signal: AbortSignal) => Promise<EnginePage>;

/** The pages that an engine answered with status 200, by path. */
export type EnginePages = ReadonlyMap<string, string>;

/** What an engine tells of itself; `undefined` where it does not. */
export interface EngineFacts {
  readonly version: string | undefined;
  readonly contextTokensMax: number | undefined;
  readonly kvCapacityTokens: number | undefined;
  readonly kvBlockTokens: number | undefined;
  /** False where it says that it keeps no prompt for the next one. */
  readonly cachesPrefixes?: boolean | undefined;
}

/** What an engine says of its load, and by what a restart shows. */
export interface LoadReading {
  readonly load: LoadSnapshot;
  /** Start of the engine's process, where it tells: unequal values are two processes. */
  readonly startedAt: number | undefined;
  /** A count that only grows in the life of a process. */
  readonly workDone: number | undefined;
}

/** When the pages of a load were asked for: what they say is no older news than that, by the engine's clock at least. */
export interface LoadTimes {
  /** On the gateway's monotonic clock. */
  readonly askedMs: number;
}

/** A place where an engine tells its load. */
export interface LoadSource {
  /** All of them are read at once. */
  readonly paths: readonly string[];
  /** Reads the load off the pages, in the order of `paths`; `undefined` where they hold none: no data is not zero. */
  read(pages: readonly string[], times: LoadTimes): LoadReading | undefined;
}

/** One kind of engine: how it is known, and what it tells where. Holds no state. */
export interface EngineKind {
  readonly name: string;
  /** Answers 200 while the engine can serve. */
  readonly healthPath: string;
  /** A 503 of its health while it serves says that it drains: it takes nothing new and finishes what it has. */
  readonly announcesDrain: boolean;
  /** Pages that `recognise` wants beside the list of models. */
  readonly factPaths: readonly string[];
  /** Where its load is told, the best first. */
  readonly loadSources: readonly LoadSource[];
  /** What the pages tell, or `undefined` where they are another engine's. */
  recognise(pages: EnginePages): EngineFacts | undefined;
}
