import { describe, expect, it } from 'vitest';

import { LaunchNews } from '../../../gateway/launch/launch-news.ts';
import { aPlan } from '../../support/launched/plans.ts';
import { aLaunchedReplica, aLauncherState } from '../../support/launched/states.ts';

const starting = aLaunchedReplica({ phase: 'starting', wasReady: false, pinningNote: 'by hand' });
const failure = { kind: 'bad-flag', sentence: 'no such flag', tail: [] } as const;

describe('the news of launched replicas', () => {
  it('tell each change once', () => {
    const news = new LaunchNews(new Set());
    const { pid: _pid, ...rest } = starting;
    const tell = (replica = starting): readonly string[] =>
      news.linesOf(aLauncherState(replica), 1_000);

    expect(tell({ ...rest, pid: undefined })).toEqual(['engine-0 is starting']);
    expect(tell()).toEqual(['engine-0 is starting, process 4711; by hand']);
    expect(tell()).toEqual([]);
    expect(tell(aLaunchedReplica())).toEqual(['engine-0 is ready']);
    expect(tell(aLaunchedReplica())).toEqual([]);
    expect(tell(aLaunchedReplica({ phase: 'stopping' }))).toEqual([
      'engine-0 finishes what it has',
    ]);
    expect(tell(aLaunchedReplica({ phase: 'stopped' }))).toEqual(['engine-0 has stopped']);
    expect(tell(aLaunchedReplica({ phase: 'waiting', failure }))).toEqual([
      'engine-0 failed and is started again soon: no such flag; engine-0.log',
    ]);
    expect(tell(aLaunchedReplica({ phase: 'failed', failure }))).toEqual([
      'engine-0 failed: no such flag; engine-0.log',
    ]);
  });

  it('tell the progress of one that loads, every five seconds and where there is any', () => {
    const news = new LaunchNews(new Set());
    const tell = (progress: string | undefined, nowMs: number): readonly string[] =>
      news.linesOf(aLauncherState({ ...starting, progress }), nowMs);

    tell(undefined, 0);
    expect(tell('10 %', 4_999)).toEqual([]);
    expect(tell('20 %', 5_000)).toEqual(['engine-0 is starting for 5 s: 20 %']);
    expect(tell('30 %', 9_999)).toEqual([]);
    expect(tell('20 %', 90_000)).toEqual([]);
    expect(tell('40 %', 90_000)).toEqual(['engine-0 is starting for 90 s: 40 %']);
  });

  it('warn of threads that leave their CPUs', () => {
    const news = new LaunchNews(new Set());
    const plan = aPlan({ cpus: [{ first: 0, last: 3 }] });
    const tell = (strayThreads: number): readonly string[] => {
      const affinity = { threads: 10, cpus: '0-7', memoryNodes: '0', strayThreads };
      return news.linesOf(aLauncherState(aLaunchedReplica({ plan, affinity })), 0);
    };

    expect(tell(0)).toEqual(['engine-0 is ready']);
    expect(tell(2)).toEqual([
      'engine-0 has drifted: 2 of 10 threads may leave CPUs 0-3 (all run on 0-7)',
    ]);
    expect(tell(2)).toEqual([]);
    expect(tell(0)).toEqual([]);
  });

  it('tell of those that were adopted', () => {
    const news = new LaunchNews(new Set(['engine-0']));
    const lines = news.linesOf(aLauncherState(aLaunchedReplica()), 61_000);
    expect(lines).toEqual(['engine-0 was adopted: ready for 61 s, process 4711']);
  });

  const failed = aLaunchedReplica({ phase: 'failed', wasReady: false, failure });
  const again = aLaunchedReplica({ ...failed, phase: 'starting' });
  const lostReady = aLaunchedReplica({ phase: 'waiting', wasReady: true, failure });

  it.each([
    ['failed before it was ready', [failed], [], true],
    ['is started again after that', [again], [], true],
    ['failed, as the others have', [failed, again], [], true],
    ['loads', [starting], [], false],
    ['failed, beside one that loads', [failed, starting], [], false],
    ['failed, beside one that is ready', [failed, aLaunchedReplica()], [], false],
    ['has been ready', [lostReady], [], false],
    ['failed, beside one that was adopted', [failed], ['engine-1'], false],
    ['is gone', [], [], false],
  ] as const)(
    'know one that %s for lost at its first start or not',
    (_what, replicas, adopted, lost) => {
      const news = new LaunchNews(new Set(adopted));
      expect(news.lostAtFirst(aLauncherState(...replicas))).toBe(lost ? replicas[0] : undefined);
    },
  );

  it('promise no other start to the last of those that are lost', () => {
    const news = new LaunchNews(new Set());
    const waiting = aLaunchedReplica({ phase: 'waiting', wasReady: false, failure });
    const other = aLaunchedReplica({ ...waiting, plan: aPlan({ id: 'engine-1' }) });

    expect(news.linesOf(aLauncherState(waiting, starting), 0)[0]).toContain('is started again');
    expect(news.linesOf(aLauncherState(failed, other), 0)).toContain(
      'engine-1 failed: no such flag; engine-0.log',
    );
  });

  it('know none for lost once one was ready, whatever another launcher knows', () => {
    const news = new LaunchNews(new Set());
    news.lostAtFirst(aLauncherState(aLaunchedReplica()));
    expect(news.lostAtFirst(aLauncherState(failed))).toBeUndefined();
  });
});
