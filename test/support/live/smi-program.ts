import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { SAMPLE_FIELDS } from '../../../telemetry/gpu/gpu-sample.ts';
import type { GpuValues } from '../fake-gpus.ts';
import { gpuValues, helpPage, rowsOf } from '../fake-gpus.ts';
import { PlantedMachine } from '../machine.ts';

/** A program in place of nvidia-smi; what its GPUs say can be changed while it is asked again and again. */
export class SmiProgram implements Disposable {
  readonly path: string;
  /** What the kernel writes goes here. */
  readonly kernelLog: string;
  readonly #machine = new PlantedMachine();
  #values: readonly GpuValues[];

  constructor(count: number) {
    const { root } = this.#machine;
    this.kernelLog = join(root, 'kern.log');
    writeFileSync(this.kernelLog, '');
    writeFileSync(join(root, 'help'), helpPage());
    this.path = this.#machine.program(
      [
        'case "$1" in',
        `--help*) cat '${root}/help';;`,
        `--query*) echo x >> '${root}/asked'; cat '${root}/rows'; exit "$(cat '${root}/code')";;`,
        'esac',
      ].join('\n'),
    );
    this.#values = Array.from({ length: count }, (_, index) => gpuValues(index));
    this.#tell(this.#values);
  }

  /** How often it was asked for the GPUs. */
  get looks(): number {
    const file = join(this.#machine.root, 'asked');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
  }

  /** Changes what one of them says. */
  change(index: number, values: GpuValues): void {
    this.#values = this.#values.map((gpu, at) => (at === index ? { ...gpu, ...values } : gpu));
    this.#tell(this.#values);
  }

  /** One is there no more, and the driver says so. */
  lose(index: number): void {
    const { 'pci.bus_id': busId = '' } = this.#values[index] ?? {};
    const line = `Unable to determine the device handle for GPU${busId.slice(4)}: GPU is lost.`;
    this.#tell(
      this.#values.filter((_, at) => at !== index),
      line,
    );
  }

  /** All are there again, as they were told last. */
  find(): void {
    this.#tell(this.#values);
  }

  [Symbol.dispose](): void {
    this.#machine[Symbol.dispose]();
  }

  #tell(values: readonly GpuValues[], complaint = ''): void {
    const rows = rowsOf(values, SAMPLE_FIELDS.join(','));
    this.#put('code', complaint === '' ? '0' : '15');
    this.#put('rows', `${rows}\n${complaint}\n`);
  }

  /** As a whole: who reads it meanwhile has the old or the new one. */
  #put(name: string, text: string): void {
    const file = join(this.#machine.root, name);
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  }
}
