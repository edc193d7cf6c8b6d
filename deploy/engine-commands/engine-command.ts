import type { WeightType } from '../model-facts.ts';

/** What an engine's command has to say of one replica. */
export interface CommandFacts {
  /** A repository, a folder or a file. */
  readonly model: string;
  /** The name that clients call the model by. */
  readonly servedModel: string;
  readonly weightType?: WeightType;
  readonly port: number;
  /** GPUs that the model is cut over, 1 or more. */
  readonly tensorParallel: number;
  /** The node of each rank's GPU; absent for a replica on one node, which is pinned from outside. */
  readonly rankNodes?: readonly number[];
  /** Flags of an older engine are left to what it knows; the current one unless given. */
  readonly version?: string;
}

/** How one kind of engine is started. */
export interface EngineCommand {
  readonly name: string;
  /** The command, the program first. */
  readonly argv: (facts: CommandFacts) => readonly string[];
  /**
   * The share of a GPU's memory, 0 to 1, that weights and KV cache fill by the engine's own default; absent where
   * the engine's cache does not follow from the memory.
   */
  readonly memoryShare?: (tensorParallel: number) => number;
  /** What the engine takes of that share for itself, on each GPU. */
  readonly workspaceBytes: number;
}
