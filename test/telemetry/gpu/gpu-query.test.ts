import { describe, expect, it } from 'vitest';

import {
  faultIn,
  knownFields,
  numberIn,
  parseGpuRows,
  queryGpus,
} from '../../../telemetry/gpu/gpu-query.ts';
import { askAnswers } from '../../support/machine.ts';
import { smiCapturesOf, withoutSmiCaptures } from '../../support/smi-captures.ts';

describe('the fields of a query', () => {
  it('are those that this driver knows, under either of their names', async () => {
    const ask = askAnswers({
      '--help-query-gpu':
        '"clocks_event_reasons.active" or "clocks_throttle_reasons.active"\nWhy "slow".\n"uuid"\n',
    });
    const wanted = ['uuid', 'clocks_throttle_reasons.active', 'fabric.state', 'slow'];

    expect(await knownFields(ask, wanted)).toEqual(['uuid', 'clocks_throttle_reasons.active']);
  });

  it('are all that are wanted where the driver does not tell', async () => {
    expect(await knownFields(askAnswers({}), ['uuid'])).toEqual(['uuid']);
  });
});

describe('the rows of a query', () => {
  const fields = ['index', 'name', 'memory.total'];

  it('are read by their place, blanks left out', () => {
    const { rows } = parseGpuRows('0, NVIDIA H100 80GB HBM3, 81559\r\n1, [N/A], N/A\n', fields);

    expect(rows.map((row) => Object.fromEntries(row))).toEqual([
      { index: '0', name: 'NVIDIA H100 80GB HBM3', 'memory.total': '81559' },
      { index: '1' },
    ]);
  });

  it.each(['[Not Supported]', '[Requested functionality has been deprecated]', '', '[N/A]'])(
    'take %j for no value',
    (blank) => {
      const [row] = parseGpuRows(`0, ${blank}, 1`, fields).rows;

      expect(row?.has('name')).toBe(false);
    },
  );

  it.each([
    ['[Unknown Error]', 'Unknown Error'],
    ['[GPU requires reset]', 'GPU requires reset'],
    ['[N/A]', undefined],
  ])('take %j for the fault %j', (value, fault) => {
    const [row] = parseGpuRows(`0, a, ${value}`, fields).rows;

    expect(row && faultIn(row)).toBe(fault);
    expect(row && numberIn(row, 'memory.total')).toBeUndefined();
  });

  it('give numbers with a unit or without', () => {
    const [row] = parseGpuRows('0, a, 81559 MiB', fields).rows;

    expect(row && numberIn(row, 'memory.total')).toBe(81_559);
    expect(row && numberIn(row, 'name')).toBeUndefined();
    expect(row && numberIn(row, 'power.draw')).toBeUndefined();
  });

  it('come with what else was said, and with the problem', async () => {
    const line = 'Unable to determine the device handle for GPU 0000:1B:00.0: Unknown Error';
    const ask = () => Promise.resolve({ text: `0, a, 1\n${line}\n`, problem: 'it failed' });

    expect(await queryGpus(ask, fields)).toMatchObject({
      rows: [expect.any(Map)],
      complaints: [line],
      problem: 'it failed',
    });
  });
});

describe.skipIf(withoutSmiCaptures)('every field of real drivers', () => {
  it.each(smiCapturesOf('query-gpu-all-fields'))('is read: %s', (_name, text) => {
    const [header = '', ...lines] = text.split('\n');
    const fields = header.split(', ').map((field) => field.replace(/ \[.*\]$/u, ''));
    const { rows, complaints } = parseGpuRows(lines.join('\n'), fields);
    const [row] = rows;

    expect(complaints).toEqual([]);
    expect(rows).toHaveLength(1);
    expect(row && faultIn(row)).toBeUndefined();
    expect(row && numberIn(row, 'memory.total')).toBeGreaterThan(8000);
    expect(row && numberIn(row, 'temperature.gpu')).toBeGreaterThan(20);
    expect(row?.get('name')).toMatch(/^NVIDIA /u);
  });
});
