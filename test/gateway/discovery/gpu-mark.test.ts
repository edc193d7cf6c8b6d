import { describe, expect, it } from 'vitest';

import { GpuMark } from '../../../gateway/discovery/gpu-mark.ts';

class Marked {
  readonly events: string[] = [];
  readonly said: string[] = [];
  readonly mark = new GpuMark({
    say: (level, fields, message) => {
      const reason = 'reason' in fields ? `: ${String(fields.reason)}` : '';
      this.said.push(`${level} ${message}${reason}`);
    },
    changed: (event) => this.events.push(event),
  });
}

const drained = 'warn replica is drained: its GPU is sick';
const borne = 'warn replica goes on with a sick GPU: too few others serve';
const well = 'info replica is no longer drained: its GPUs are well';

describe('the mark of a sick GPU', () => {
  it('is set once, and taken away once', () => {
    const { mark, events, said } = new Marked();
    mark.judge(undefined, true);
    for (const _ of [1, 2]) mark.judge('GPU 0: lost', true);
    expect(mark.reason).toBe('GPU 0: lost');
    for (const _ of [1, 2]) mark.judge(undefined, true);

    expect(mark.reason).toBeUndefined();
    expect(events).toEqual(['sickened', 'recovered']);
    expect(said).toEqual([`${drained}: GPU 0: lost`, well]);
  });

  it('tells of another reason without another event', () => {
    const { mark, events, said } = new Marked();
    mark.judge('GPU 0: lost', true);
    mark.judge('GPU 1: lost', true);

    expect(mark.reason).toBe('GPU 1: lost');
    expect(events).toEqual(['sickened']);
    expect(said).toHaveLength(2);
  });

  it('is not set on one that may not leave, which is said once', () => {
    const { mark, events, said } = new Marked();
    mark.judge('GPU 0: lost', false);
    mark.judge('GPU 0: lost, and 3 errors', false);
    expect(mark.reason).toBeUndefined();
    expect(events).toEqual([]);
    expect(said).toEqual([`${borne}: GPU 0: lost`]);

    mark.judge('GPU 0: lost', true);
    expect(events).toEqual(['sickened']);
    mark.judge('GPU 0: lost', false);
    expect(mark.reason).toBeUndefined();
    expect(events).toEqual(['sickened', 'recovered']);
    expect(said).toHaveLength(3);
  });

  it('is told of anew after the GPU was well in between', () => {
    const { mark, said } = new Marked();
    for (const reason of ['GPU 0: lost', undefined, 'GPU 0: lost']) mark.judge(reason, false);

    expect(said).toHaveLength(2);
  });

  it('is taken away at once where the replica is needed', () => {
    const { mark, events } = new Marked();
    mark.pardon();
    expect(events).toEqual([]);

    mark.judge('GPU 0: lost', true);
    mark.pardon();
    expect(mark.reason).toBeUndefined();
    expect(events).toEqual(['sickened', 'recovered']);
  });
});
