/** A part of a GPU that MIG has cut off: a device of its own, without a way to its siblings. */
export interface MigDevice {
  readonly uuid: string;
  /** NVIDIA's name of the cut, such as `3g.40gb`. */
  readonly profile: string;
  readonly memoryMib?: number;
}

/** One GPU of a host. What nobody told is absent. */
export interface Gpu {
  /** As nvidia-smi counts. Nothing follows from it: GPU 0 may be on the last node. */
  readonly index: number;
  readonly name: string;
  readonly uuid?: string;
  /** Where its PCI slot is; on Grace systems not the node of its own memory. */
  readonly numaNode?: number;
  /** As sysfs writes it, `0000:1b:00.0`. */
  readonly pciAddress?: string;
  /** The host bridge that it hangs from, `pci0000:17`. */
  readonly pciRoot?: string;
  readonly memoryMib?: number;
  /** Indices of the GPUs that it reaches over NVLink. */
  readonly nvlinkPeers?: readonly number[];
  /** Indices of the GPUs whose memory it cannot read over the bus, as on most consumer cards. */
  readonly closedPeers?: readonly number[];
  /** There, and perhaps empty, where MIG is on: the GPU as a whole then runs nothing. */
  readonly migDevices?: readonly MigDevice[];
  /** Why nothing is to run on it, in words that end a sentence; absent where it is sound. */
  readonly fault?: string;
}

/** One NUMA node. */
export interface NumaNode {
  readonly id: number;
  /** The CPUs of each core, one for each of its hardware threads; no core at all on a node of memory alone. */
  readonly cores: readonly (readonly number[])[];
  readonly hasMemory: boolean;
  /** How far the memory of other nodes is, by node; 10 is the node's own. */
  readonly distances?: Readonly<Record<string, number>>;
}

/** A network card that engines may use. */
export interface Nic {
  readonly name: string;
  readonly numaNode?: number;
  readonly pciRoot?: string;
}

/** What a process may use of a host; a list that is absent allows everything. */
export interface Allowed {
  readonly cpus?: readonly number[];
  readonly memoryNodes?: readonly number[];
}

/** What replicas can be placed on. The order of its lists means nothing. */
export interface Host {
  readonly gpus: readonly Gpu[];
  readonly nodes: readonly NumaNode[];
  readonly nics?: readonly Nic[];
  readonly allowed?: Allowed;
  /** What could not be read, a sentence each. */
  readonly remarks?: readonly string[];
}
