import { describe, expect, it } from 'vitest';

import { publishedHost } from '../../../deploy/published-host.ts';
import { readGpus } from '../../../telemetry/gpu/gpu-reading.ts';
import type { AskSmi } from '../../../telemetry/gpu/nvidia-smi.ts';
import { askAnswers, smiAnswers } from '../../support/machine.ts';

const answers = smiAnswers({ ...publishedHost, gpus: publishedHost.gpus.slice(0, 2) });

/** The answers with a row of the query changed. */
function withRow(change: (row: string) => string): AskSmi {
  const [first = '', ...others] = (answers['--query-gpu'] ?? '').split('\n');
  return askAnswers({ ...answers, '--query-gpu': [change(first), ...others].join('\n') });
}

describe('a reading of the GPUs', () => {
  it('joins list, fields and matrix', async () => {
    const { gpus, remarks } = await readGpus(askAnswers(answers));

    expect(remarks).toEqual([]);
    expect(gpus[1]).toMatchObject({
      listed: { index: 1, name: 'NVIDIA H100 80GB HBM3' },
      topology: { index: 1, numaNode: 0 },
    });
    expect(gpus[1]?.row?.get('memory.total')).toBe('81559');
    expect(gpus[1]).not.toHaveProperty('fault');
  });

  it('asks nothing more where the first call has no answer', async () => {
    const asked: string[] = [];
    const { gpus, remarks } = await readGpus((args) => {
      asked.push(args.join(' '));
      return Promise.resolve({ text: '', problem: 'nvidia-smi did not answer within 20 s' });
    });

    expect(gpus).toEqual([]);
    expect(remarks).toEqual(['nvidia-smi did not answer within 20 s.']);
    expect(asked).toEqual(['-L']);
  });

  it('asks for no field that the driver does not know', async () => {
    let asked = '';
    const ask = askAnswers({ ...answers, '--help-query-gpu': '"index"\n"uuid"\n' });
    await readGpus((args) => {
      if (args[0]?.startsWith('--query') === true) [asked = ''] = args;
      return ask(args);
    });

    expect(asked).toBe('--query-gpu=index,uuid');
  });

  it.each([
    ['None', '[GPU requires reset]', 'nvidia-smi says of it: GPU requires reset'],
    ['None', 'Reset', 'its driver asks for a recovery: Reset'],
    ['No, C', 'Yes, C', 'its memory has more bad rows than spare ones'],
    [
      'Completed',
      'In Progress',
      'its NVLink fabric is not up; see whether nvidia-fabricmanager runs',
    ],
  ])('finds a GPU at fault where %j is %j', async (sound, sick, fault) => {
    const { gpus } = await readGpus(withRow((row) => row.replace(sound, sick)));

    expect(gpus.map((gpu) => gpu.fault)).toEqual([fault, undefined]);
  });

  it('finds a GPU at fault that alone has no row, and tells what was said in its place', async () => {
    const { gpus, remarks } = await readGpus(
      withRow(() => 'Unable to determine the device handle'),
    );

    expect(gpus.map(({ fault }) => fault)).toEqual([
      'nvidia-smi lists it and tells nothing of it',
      undefined,
    ]);
    expect(remarks).toEqual(['nvidia-smi says: Unable to determine the device handle']);
  });

  it('goes on without the fields or the matrix, and says so', async () => {
    const { gpus, remarks } = await readGpus(askAnswers({ '-L': answers['-L'] ?? '' }));

    expect(gpus).toHaveLength(2);
    expect(gpus[0]).not.toHaveProperty('fault');
    expect(remarks).toEqual([
      'nvidia-smi failed (exit 6).',
      'No topology matrix (nvidia-smi failed (exit 6)): which GPUs NVLink joins is not known.',
    ]);
  });
});
