import { describe, expect, it } from 'vitest';

import { parsePeerMatrix } from '../../../telemetry/gpu/peer-matrix.ts';
import { smiCapturesOf, withoutSmiCaptures } from '../../support/smi-captures.ts';

describe('a matrix of peers', () => {
  it('tells whose memory a GPU cannot read', () => {
    const text = [
      ' \tGPU0\tGPU1\tGPU2\t',
      ' GPU0\tX\tOK\tGNS\t',
      ' GPU1\tOK\tX\tU\t',
      ' GPU2\tCNS\tNS\tX\t',
      '',
      '  X    = Self',
    ].join('\n');

    expect(parsePeerMatrix(text)).toEqual(
      new Map([
        [0, [2]],
        [1, []],
        [2, [0, 1]],
      ]),
    );
  });

  it('passes over a row that is cut off', () => {
    expect(parsePeerMatrix('\tGPU0\tGPU1\nGPU0\tX\tOK\nGPU1\tOK')).toEqual(new Map([[0, []]]));
  });

  it('is empty where there is none', () => {
    expect(parsePeerMatrix('Failed to run topology matrix')).toEqual(new Map());
    expect(parsePeerMatrix('')).toEqual(new Map());
  });

  it.skipIf(withoutSmiCaptures).each(smiCapturesOf('p2p-'))(
    'of a real machine is read: %s',
    (_name, text) => {
      expect(parsePeerMatrix(text)).toEqual(
        new Map([
          [0, [1]],
          [1, [0]],
        ]),
      );
    },
  );
});
