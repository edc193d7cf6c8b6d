/** A MIG device as `nvidia-smi -L` lists it under its GPU. */
export interface ListedMig {
  readonly profile: string;
  readonly uuid: string;
}

/** A GPU as `nvidia-smi -L` lists it. */
export interface ListedGpu {
  readonly index: number;
  readonly name: string;
  readonly uuid: string;
  readonly migDevices: readonly ListedMig[];
}

/** Reads `nvidia-smi -L`; lines of another form are passed over. */
export function parseGpuList(text: string): readonly ListedGpu[] {
  const gpus: (ListedGpu & { migDevices: ListedMig[] })[] = [];
  for (const line of text.split(/\r?\n/u)) {
    const gpu = /^GPU (\d+): (.*) \(UUID: (GPU-[^)]+)\)/u.exec(line);
    const mig = /^\s+MIG (\S+)\s+Device\s+\d+: \(UUID: (MIG-[^)]+)\)/u.exec(line);
    if (gpu !== null) {
      const [, index = '', name = '', uuid = ''] = gpu;
      gpus.push({ index: Number(index), name, uuid, migDevices: [] });
    } else if (mig !== null) {
      const [, profile = '', uuid = ''] = mig;
      gpus.at(-1)?.migDevices.push({ profile, uuid });
    }
  }
  return gpus;
}

/** The memory of a MIG device by its profile: `3g.40gb` has 40 GB, less what the cut itself takes. */
export function migMemoryMib(profile: string): number | undefined {
  const gigabytes = /\.(\d+)gb/u.exec(profile)?.[1];
  return gigabytes === undefined ? undefined : Math.floor(Number(gigabytes) * MIB_PER_MIG_GB);
}

/** `1g.10gb` of an H100 has 9856 MiB; larger cuts have a little more. */
const MIB_PER_MIG_GB = 985;
