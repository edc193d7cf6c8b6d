import { parseGpuList } from './gpu-list.ts';
import type { GpuRows } from './gpu-query.ts';
import { knownFields, queryGpus } from './gpu-query.ts';
import type { GpuVerdict } from './gpu-health.ts';
import { GpuHealth } from './gpu-health.ts';
import type { GpuSample } from './gpu-sample.ts';
import { SAMPLE_FIELDS, sampleOf } from './gpu-sample.ts';
import type { KernelLog } from './kernel-log.ts';
import type { AskSmi } from './nvidia-smi.ts';
import { readPciPlace } from './pci-devices.ts';
import type { SystemFiles } from './system-files.ts';
import { parseXid, slotOf } from './xid.ts';

/** What the GPUs of this machine are read with. */
export interface GpuBoardParts {
  readonly ask: AskSmi;
  readonly kernelLog: Pick<KernelLog, 'read' | 'close'>;
  readonly files: SystemFiles;
}

/** One GPU that has answered at some time, as it was told last. */
export interface WatchedGpu {
  /** As nvidia-smi counted when all were there: where one is lost, the others may move up. */
  readonly index: number;
  readonly uuid: string;
  readonly migUuids: readonly string[];
  readonly numaNode: number | undefined;
  readonly sample: GpuSample;
  readonly verdict: GpuVerdict;
  /** How often each XID has struck it, by its code; those past `XID_MAX` together as `other`. */
  readonly xids: ReadonlyMap<string, number>;
}

/** What could not be read at a look, in words that end a sentence; absent where all went well. */
export interface LookProblems {
  readonly gpus?: string;
  readonly kernelLog?: string;
}

/** NVIDIA's catalogue ends at some 170. */
export const XID_MAX = 255;

/** GPUs that are kept in mind: the largest machines have 16, and one more is passed over. */
export const GPUS_MAX = 128;

/** Reads the GPUs of this machine again and again, and keeps in mind how each of them is. */
export class GpuBoard {
  readonly #parts: GpuBoardParts;
  readonly #gpus: Map<string, Member> = new Map();
  #fields: readonly string[] | undefined;
  #readMs: number | undefined;

  constructor(parts: GpuBoardParts) {
    this.#parts = parts;
  }

  /** When nvidia-smi last answered with a GPU; `undefined` before that. */
  get readMs(): number | undefined {
    return this.#readMs;
  }

  /** Looks once. Where nothing answers, everything stays as it was. */
  async look(nowMs: () => number): Promise<LookProblems> {
    const gpus = await this.#readGpus(nowMs);
    const { lines, problem } = await this.#parts.kernelLog.read();
    for (const line of lines) this.#strike(line, nowMs());
    return {
      ...(gpus !== undefined && { gpus }),
      ...(problem !== undefined && { kernelLog: problem }),
    };
  }

  /** Every GPU that has ever answered, as it is at `nowMs`. */
  gpus(nowMs: number): readonly WatchedGpu[] {
    return [...this.#gpus.values()].map(({ health, ...told }) => ({
      ...told,
      verdict: health.verdict(nowMs),
    }));
  }

  /** Forgets the events of a GPU: somebody says that it is mended. */
  forgive(uuid: string): void {
    this.#gpus.get(uuid)?.health.forgive();
  }

  /** Lets go of the kernel log, until the next look. */
  close(): Promise<void> {
    return this.#parts.kernelLog.close();
  }

  /** Why no GPU could be read, or nothing. */
  async #readGpus(nowMs: () => number): Promise<string | undefined> {
    const { ask } = this.#parts;
    this.#fields ??= await knownFields(ask, SAMPLE_FIELDS);
    const read = await queryGpus(ask, this.#fields);
    const samples = read.rows.flatMap((row) => sampleOf(row) ?? []);
    this.#take(samples, nowMs());
    this.#lose(read);
    if (samples.length === 0) {
      // The next driver may know other fields.
      this.#fields = undefined;
      return read.problem ?? read.complaints[0] ?? 'nvidia-smi lists no GPU';
    }
    this.#readMs = nowMs();
    await this.#findDevices(read);
    return undefined;
  }

  #take(samples: readonly GpuSample[], nowMs: number): void {
    if (samples.length === 0) return;
    const seen = new Map(
      samples.flatMap((sample): (readonly [Member, GpuSample])[] => {
        const member = this.#known(sample);
        return member === undefined ? [] : [[member, sample]];
      }),
    );
    for (const sample of samples) {
      const member = this.#known(sample) ?? this.#newcomer(sample, seen);
      if (member !== undefined) seen.set(member, sample);
    }
    const isWhole = seen.size === this.#gpus.size;
    for (const member of this.#gpus.values()) {
      const sample = seen.get(member);
      if (sample === undefined) {
        member.health.missed();
        continue;
      }
      if (isWhole) member.index = sample.index;
      member.sample = { ...sample, index: member.index };
      member.health.observe(sample, nowMs);
    }
  }

  /** A sick GPU may tell neither its UUID nor its place, and then has its index alone. */
  #known({ uuid, index, address }: GpuSample): Member | undefined {
    if (uuid !== undefined) return this.#gpus.get(uuid);
    return [...this.#gpus.values()].find((one) =>
      address === undefined ? one.index === index : one.sample.address === address,
    );
  }

  /** One that is not among the `seen` and had the newcomer's place has gone for good. */
  #newcomer(sample: GpuSample, seen: ReadonlyMap<Member, GpuSample>): Member | undefined {
    const { uuid, index, address } = sample;
    if (uuid === undefined) return undefined;
    for (const [other, member] of this.#gpus) {
      const isReplaced = member.index === index || member.sample.address === address;
      if (isReplaced && !seen.has(member)) this.#gpus.delete(other);
    }
    if (this.#gpus.size >= GPUS_MAX) return undefined;
    const place = address === undefined ? {} : readPciPlace(this.#parts.files, address);
    const member: Member = {
      index,
      uuid,
      migUuids: [],
      numaNode: place.numaNode,
      sample,
      health: new GpuHealth(),
      xids: new Map(),
    };
    this.#gpus.set(uuid, member);
    return member;
  }

  /** "Unable to determine the device handle for GPU 0000:9B:00.0: GPU is lost", with other GPUs' rows or without. */
  #lose({ complaints, problem = '' }: GpuRows): void {
    for (const line of [...complaints, problem]) {
      const address = /\bGPU\s?([\da-f]{4,8}:[\da-f]{2}:[\da-f]{2}\.\d)/iu.exec(line)?.[1];
      if (address !== undefined) this.#at(slotOf(address))?.health.lost();
    }
  }

  #strike(line: string, nowMs: number): void {
    const xid = parseXid(line);
    const member = xid && this.#at(xid.address);
    if (xid === undefined || member === undefined) return;
    member.health.struck(xid.code, nowMs);
    const name = xid.code > XID_MAX ? 'other' : String(xid.code);
    member.xids.set(name, (member.xids.get(name) ?? 0) + 1);
  }

  #at(slot: string): Member | undefined {
    return [...this.#gpus.values()].find(
      ({ sample }) => sample.address !== undefined && slotOf(sample.address) === slot,
    );
  }

  /** MIG devices come and go without a word in the query. */
  async #findDevices({ rows }: GpuRows): Promise<void> {
    if (!rows.some((row) => row.get('mig.mode.current') === 'Enabled')) return;
    const { text } = await this.#parts.ask(['-L']);
    for (const { uuid, migDevices } of parseGpuList(text)) {
      const member = this.#gpus.get(uuid);
      if (member !== undefined) member.migUuids = migDevices.map((device) => device.uuid);
    }
  }
}

interface Member extends Omit<WatchedGpu, 'verdict' | 'index' | 'sample' | 'migUuids' | 'xids'> {
  index: number;
  sample: GpuSample;
  migUuids: readonly string[];
  readonly health: GpuHealth;
  readonly xids: Map<string, number>;
}
