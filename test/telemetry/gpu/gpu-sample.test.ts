import { describe, expect, it } from 'vitest';

import { parseGpuRows } from '../../../telemetry/gpu/gpu-query.ts';
import type { GpuSample } from '../../../telemetry/gpu/gpu-sample.ts';
import { SAMPLE_FIELDS, sampleOf } from '../../../telemetry/gpu/gpu-sample.ts';
import { smiCapturesOf, withoutSmiCaptures } from '../../support/smi-captures.ts';
import type { GpuValues } from '../../support/fake-gpus.ts';
import { gpuValues, rowsOf } from '../../support/fake-gpus.ts';

function sampled(
  values: GpuValues,
  fields: readonly string[] = SAMPLE_FIELDS,
): GpuSample | undefined {
  const { rows } = parseGpuRows(rowsOf([gpuValues(2, values)], fields.join(',')), fields);
  return rows[0] && sampleOf(rows[0]);
}

describe('a sample of a GPU', () => {
  it('has everything that a current driver tells', () => {
    expect(sampled({})).toEqual({
      index: 2,
      uuid: 'GPU-00000002-0000-0000-0000-000000000000',
      address: '0000:1d:00.0',
      name: 'NVIDIA H100 80GB HBM3',
      memoryUsedMib: 71_234,
      memoryTotalMib: 81_559,
      powerWatts: 612.35,
      temperatureCelsius: 61,
      smClockMhz: 1_755,
      usage: 0.98,
      throttling: ['sw-power-cap'],
      uncorrectedErrors: 0,
      rowRemapPending: false,
      rowRemapFailed: false,
    });
  });

  it('leaves out what a driver does not tell', () => {
    const blanks = Object.fromEntries(SAMPLE_FIELDS.slice(1).map((field) => [field, '[N/A]']));

    expect(sampled(blanks)).toEqual({
      index: 2,
      throttling: [],
      rowRemapPending: false,
      rowRemapFailed: false,
    });
  });

  it('reads the older spelling of throttling', () => {
    const older = ['index', 'clocks_throttle_reasons.active'];

    expect(sampled({ 'clocks_throttle_reasons.active': '0x40' }, older)?.throttling).toEqual([
      'hw-thermal',
    ]);
  });

  it('tells of troubles', () => {
    const troubles = {
      'remapped_rows.pending': 'Yes',
      'remapped_rows.failure': 'Yes',
      gpu_recovery_action: 'Drain and Reset',
      'power.draw': '[GPU requires reset]',
      'ecc.errors.uncorrected.volatile.total': '3',
    };

    expect(sampled(troubles)).toMatchObject({
      rowRemapPending: true,
      rowRemapFailed: true,
      recovery: 'Drain and Reset',
      fault: 'GPU requires reset',
      uncorrectedErrors: 3,
    });
  });

  it('takes a word of trouble for no UUID, place or recovery', () => {
    const lost = {
      uuid: '[GPU is lost]',
      'pci.bus_id': '[GPU is lost]',
      gpu_recovery_action: '[Unknown Error]',
    };
    const sample = sampled(lost);

    expect(sample).toMatchObject({ index: 2, fault: 'GPU is lost' });
    expect(sample).not.toHaveProperty('uuid');
    expect(sample).not.toHaveProperty('address');
    expect(sample).not.toHaveProperty('recovery');
  });

  it('is none where the row does not tell which GPU it is of', () => {
    expect(sampled({ index: '[Unknown Error]' })).toBeUndefined();
  });
});

describe.skipIf(withoutSmiCaptures)('the answers of real drivers', () => {
  it.each(smiCapturesOf('query-gpu-all-fields'))('make whole samples: %s', (_name, text) => {
    const [header = '', ...lines] = text.trim().split('\n');
    const fields = header.split(', ').map((field) => field.replace(/ \[.*\]$/, ''));
    const { rows } = parseGpuRows(lines.join('\n'), fields);
    const sample = rows[0] && sampleOf(rows[0]);

    expect(sample?.uuid).toMatch(/^GPU-/);
    expect(sample?.memoryTotalMib).toBeGreaterThan(7_000);
    expect(sample?.temperatureCelsius).toBeGreaterThan(15);
    expect(sample?.smClockMhz).toBeGreaterThan(100);
    expect(sample).not.toHaveProperty('fault');
    expect(sample).not.toHaveProperty('recovery');
  });
});
