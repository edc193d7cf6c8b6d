import { describe, expect, it } from 'vitest';

import { parseXid, slotOf, xidMeaning } from '../../../telemetry/gpu/xid.ts';
import { smiCapturesOf, withoutSmiCaptures } from '../../support/smi-captures.ts';

describe('a line of the kernel log', () => {
  it.each([
    ['NVRM: Xid (PCI:0000:9b:00): 79, pid=1, name=python, GPU has fallen off the bus.', 79],
    ['6,1234,987654,-;NVRM: Xid (PCI:0000:9b:00): 48, pid=77, DBE', 48],
    ['[ 12.5] NVRM: Xid (0000:9B:00): 63, Row Remapper: New row (0x1) marked', 63],
    ['NVRM: Xid (PCI:0000:9b:00.0): 119', 119],
    ['NVRM: Xid (PCI:00000000:9b:00): 149, NETIR_LINK_EVT Fatal', 149],
    ['NVRM: The NVIDIA GPU 0000:9b:00.0 (PCI ID: 10de:2330) has fallen off the bus', 79],
    ['NVRM: GPU at PCI:0000:9b:00: GPU has fallen off the bus.', 79],
  ])('%s tells which GPU, and code %i', (line, code) => {
    expect(parseXid(line)).toEqual({ address: '0000:9b:00', code });
  });

  it.each([
    'NVRM: loading NVIDIA UNIX x86_64 Kernel Module 590.48.01',
    'usb 1-1: Xid (PCI:0000:9b:00): 79',
    'NVRM: Xid (PCI:0000:9b:00): many',
    'NVRM: GPU at PCI:0000:9b:00: GPU-1234',
    '',
  ])('%j tells of no fault', (line) => {
    expect(parseXid(line)).toBeUndefined();
  });
});

describe.skipIf(withoutSmiCaptures)('lines of real machines', () => {
  it.each(smiCapturesOf('kernel-xid'))('are read: %s', (_name, text) => {
    const codes = text.split('\n').flatMap((line) => parseXid(line)?.code ?? []);

    expect(codes.length).toBeGreaterThan(2);
    expect(new Set(codes)).toEqual(new Set([119]));
  });
});

describe('a code', () => {
  it.each([48, 62, 64, 74, 79, 94, 95, 119, 120, 140])('%i makes a GPU sick', (code) => {
    expect(xidMeaning(code)?.severity).toBe('sick');
  });

  it('63 is survived: the row is put out of use at the next reset', () => {
    expect(xidMeaning(63)?.severity).toBe('warning');
  });

  it.each([13, 31, 43, 45, 9_999])('%i is no fault of the GPU', (code) => {
    expect(xidMeaning(code)).toBeUndefined();
  });
});

describe('a slot', () => {
  it.each(['00000000:9B:00.0', '0000:9b:00.0', '0000:9b:00', '0:9b:00'])(
    'is that of %s',
    (text) => {
      expect(slotOf(text)).toBe('0000:9b:00');
    },
  );
});
