import { describe, expect, it } from 'vitest';

import type { EngineProcess } from '../../../deploy/launch/engine-process.ts';
import { startEngine } from '../../../deploy/launch/engine-process.ts';
import { readProcess, readProcesses } from '../../../deploy/launch/process-table.ts';
import { until } from '../../support/live/until.ts';

interface Started {
  readonly engine: EngineProcess;
  readonly said: () => string;
}

async function started(script: string, mark = 'engine-0'): Promise<Started> {
  let said = '';
  const engine = await startEngine({
    argv: ['/bin/sh', '-c', script],
    environment: { PATH: process.env['PATH'], MARK: mark },
    mark: `MARK=${mark}\0`,
    output: (chunk) => (said += chunk.toString()),
  });
  return { engine, said: () => said };
}

describe('the process of an engine', () => {
  it('leads a session of its own', async () => {
    const { engine } = await started('sleep 1000');
    expect(readProcess(engine.pid)).toMatchObject({ group: engine.pid, session: engine.pid });
    await engine.destroy();
  });

  it('tells how it ended, and all that it wrote before', async () => {
    const { engine, said } = await started('echo one; echo two >&2; exit 3');
    expect(await engine.ended).toEqual({ code: 3, signal: null });
    await engine.destroy();
    expect(said().split('\n').toSorted()).toEqual(['', 'one', 'two']);
  });

  it('is asked to end alone, without its children', async () => {
    const family =
      'trap "echo parent; exit 0" TERM; (trap "echo child" TERM; while :; do sleep 0.05; done) & echo up; while :; do sleep 0.05; done';
    const { engine, said } = await started(family);
    await until('it is up', () => said().includes('up'));
    engine.terminate();
    expect(await engine.ended).toEqual({ code: 0, signal: null });
    expect(await engine.destroy()).toEqual([]);
    expect(said()).toContain('parent');
    expect(said()).not.toContain('child');
    // Its id may be another's by then.
    engine.terminate();
  });

  it('is destroyed with what left its session and environment, once that was seen', async () => {
    const { engine, said } = await started('env -i setsid sleep 1000 & echo up; sleep 1000');
    await until('it is up', () => said().includes('up'));
    const stray = await until('the stray is there', () =>
      engine
        .members(readProcesses())
        .find(({ pid, session }) => session !== engine.pid && session === pid),
    );
    expect(engine.membership.known.map(({ pid }) => pid)).toContain(stray.pid);
    expect(await engine.destroy()).toEqual([]);
    expect(readProcess(stray.pid)).toBeUndefined();
    expect(readProcess(engine.pid)).toBeUndefined();
  });

  it('is refused where the kernel cannot start it', async () => {
    const options = { environment: {}, mark: 'MARK=x\0', output: () => undefined };
    await expect(startEngine({ ...options, argv: ['/nowhere/engine'] })).rejects.toThrow('ENOENT');
  });
});
