import type { Measures } from './measures.ts';
import type { RequestResult } from './request-result.ts';
import type { Simulation } from './simulation.ts';
import type { RuleSet, Workload } from './workload.ts';

/** The load of one replica at one moment of a run. */
export interface LoadSample {
  /** Milliseconds from the start of the run, at speed 1. */
  readonly atMs: number;
  readonly replica: string;
  readonly runningRequests: number;
  readonly waitingRequests: number;
  /** Share of the KV cache in use, 0 to 1. */
  readonly kvCacheUsage: number;
}

/** How late a process ran its work, in wall milliseconds. */
export interface ProcessLateness {
  /** Who was measured, such as `client`, `gateway` or `replica-0`. */
  readonly process: string;
  /** True where its timers set the pace of the run; else it is its event loop that was looked at. */
  readonly keepsPace: boolean;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** How often it was measured; `undefined` where it does not tell. */
  readonly samples: number | undefined;
}

/** How long requests waited for a replica, and what the gateway itself took. */
export interface GatewayCost {
  /** Mean wait in the gateway's queue until a replica had room, at speed 1: the replicas' time, not the gateway's. */
  readonly queueWaitMs: number | undefined;
  /** CPU time of the gateway an output token, in wall milliseconds. */
  readonly cpuMsPerToken: number | undefined;
  /** What a first token takes longer through the gateway than straight from a replica. */
  readonly firstToken: AddedTime | undefined;
  /** The same of a gap between tokens. */
  readonly tokenGap: AddedTime | undefined;
}

/** A difference that was measured in pairs, in wall milliseconds. */
export interface AddedTime {
  readonly medianMs: number;
  /** Differences below it may be chance. */
  readonly noiseMs: number;
  readonly pairs: number;
}

/** One decision of a gateway on a request; times are as at speed 1. */
export interface RequestDecision {
  /** Who was picked; `undefined` where nobody was. */
  readonly replica: string | undefined;
  /** Code of the error that the request was refused with. */
  readonly refusal: string | undefined;
  readonly waitMs: number;
  /** How many others were served meanwhile. */
  readonly servedRequests: number;
  /** By the names of the policy's costs, of who was picked. */
  readonly costsMs: ReadonlyMap<string, number>;
  /** Everybody that could have been picked, by what they would have cost. */
  readonly candidates: readonly { readonly replica: string; readonly costMs: number }[];
  readonly dropped: readonly { readonly replica: string; readonly filter: string }[];
}

/** Who answered a run, and how what stands before them decides. */
export interface RunSetup {
  /** Such as `2 × 4×H100, tensor parallel 4`, or the address of what was running. */
  readonly replicas: string;
  readonly model: string | undefined;
  /** Names of policy and admission, where the gateway is the run's own. */
  readonly policy: string | undefined;
  readonly admission: string | undefined;
}

/** Where the answers came from. */
export type RunTarget = 'url' | 'simulated' | 'virtual';

/** One run of the benchmark, with all that its reports tell. */
export interface ReplayRun {
  /** Backend by the reference's names, such as `sglang` or `vllm`. */
  readonly backend: string;
  readonly target: RunTarget;
  readonly setup: RunSetup;
  readonly rules: RuleSet;
  readonly workload: Workload;
  readonly maxConcurrency: number | undefined;
  /** Engine milliseconds in one wall millisecond; 1 against real engines. */
  readonly speed: number;
  readonly startedAt: Date;
  readonly results: readonly RequestResult[];
  readonly measures: Measures;
  /** Who simulated the answers; `undefined` where nobody said that they were simulated. */
  readonly simulation: Simulation | undefined;
  /** False when the run was cut short: some requests have no result. */
  readonly complete: boolean;
  /** Sentences that a reader must know, such as that replicas are simulated. */
  readonly notes: readonly string[];
  readonly samples: readonly LoadSample[];
  readonly lateness: readonly ProcessLateness[];
  readonly gatewayCost: GatewayCost | undefined;
  /** Of the worst requests, by request id; empty where no gateway could be asked. */
  readonly receipts: ReadonlyMap<string, readonly RequestDecision[]>;
  /** What the server says of itself, as JSON; `undefined` where it says nothing. */
  readonly serverInfo: unknown;
}
