import { describe, expect, it } from 'vitest';
import type { Band } from '../../../../../../gateway/server/live/page/model/field-bands.ts';
import {
  FieldBands,
  WAITING_BAND,
} from '../../../../../../gateway/server/live/page/model/field-bands.ts';
import { aBoard } from '../../../../../support/live-events.ts';

function numbers(bands: readonly Band[]) {
  return bands.map(({ name, places }) => [name, places.map((place) => place?.number)]);
}

describe('the bands of the field', () => {
  it('stand in the order of the replicas, and those who wait last', () => {
    const requests = aBoard([1, 0, -1, 1]);

    expect(numbers(new FieldBands().seat(requests, ['r0', 'r1', 'r2']))).toEqual([
      ['r0', [1]],
      ['r1', [0, 3]],
      [WAITING_BAND, [2]],
    ]);
  });

  it('leave everyone in its place, and give the places of those who end to the next ones', () => {
    const requests = aBoard([0, 0, 0, 0, 0]);
    const bands = new FieldBands();
    bands.seat(requests.slice(0, 4), ['r0']);

    const [zero, , two, three, four] = requests;
    const left = [zero, two, three].filter((one) => one !== undefined);
    expect(numbers(bands.seat(left, ['r0']))).toEqual([['r0', [0, undefined, 2, 3]]]);
    if (four !== undefined) left.push(four);
    expect(numbers(bands.seat(left, ['r0']))).toEqual([['r0', [0, 4, 2, 3]]]);
  });

  it('are closed up when more than half of one is free', () => {
    const requests = aBoard([0, 0, 0, 0, 0, 0]);
    const bands = new FieldBands();
    bands.seat(requests, ['r0']);
    const at = (...wanted: number[]) => requests.filter(({ number }) => wanted.includes(number));

    expect(numbers(bands.seat(at(0, 4, 5), ['r0']))).toEqual([
      ['r0', [0, undefined, undefined, undefined, 4, 5]],
    ]);
    expect(numbers(bands.seat(at(4, 5), ['r0']))).toEqual([['r0', [4, 5]]]);
  });

  it('hold a request that is sent in the band of its replica', () => {
    const [request] = aBoard([-1]);
    const bands = new FieldBands();
    if (request === undefined) throw new Error('no request');
    bands.seat([request], ['r0']);
    request.replica = 'r0';

    expect(numbers(bands.seat([request], ['r0']))).toEqual([['r0', [0]]]);
  });

  it('keep those of a replica that has left, before those who wait', () => {
    expect(numbers(new FieldBands().seat(aBoard([-1, 1]), ['r0']))).toEqual([
      ['r1', [1]],
      [WAITING_BAND, [0]],
    ]);
  });
});
