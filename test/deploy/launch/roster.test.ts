import { describe, expect, it } from 'vitest';

import type { LaunchLimits, WantedReplicas } from '../../../deploy/launch/launcher-state.ts';
import { PROTOCOL } from '../../../deploy/launch/launcher-state.ts';
import type { Owner } from '../../../deploy/launch/owner.ts';
import { thisProcess } from '../../../deploy/launch/owner.ts';
import { REPLICAS_MAX, Roster } from '../../../deploy/launch/roster.ts';
import { readProcess } from '../../../deploy/launch/process-table.ts';
import type { ReplicaSupervisor } from '../../../deploy/launch/supervisor.ts';
import type { PlannedReplica } from '../../../deploy/planned-replica.ts';
import { aPlan } from '../../support/launched/plans.ts';

/** A roster of supervisors that note what they are told. */
function aRoster(): { readonly roster: Roster; readonly acts: string[] } {
  const acts: string[] = [];
  const roster = new Roster((plan) => {
    const note = (act: string) => async (): Promise<void> => {
      acts.push(`${act} ${plan.id}`);
      return Promise.resolve();
    };
    const supervisor = {
      start: note('start'),
      stop: note('stop'),
      restart: note('restart'),
      replan: (_plan: PlannedReplica, limits: LaunchLimits) => {
        acts.push(`replan ${plan.id} ${limits.readyMsMax}/${limits.stopMsMax}`);
      },
      look: note('look'),
      close: note('close'),
      status: () => ({ plan }),
      membership: { mark: plan.id, roots: [], known: [] },
    };
    return supervisor as unknown as ReplicaSupervisor;
  });
  return { roster, acts };
}

function wanting(...replicas: readonly PlannedReplica[]): WantedReplicas {
  const limits = { readyMsMax: 1, stopMsMax: 2 };
  return { protocol: PROTOCOL, owner: thisProcess(), replicas, limits };
}

/** The process that started this one, as another gateway that runs. */
function parentProcess(): Owner {
  const { ppid } = process;
  return { pid: ppid, startTicks: readProcess(ppid)?.startTicks ?? 0 };
}

const one = aPlan({ id: 'one', port: 1 });
const two = aPlan({ id: 'two', port: 2 });
const three = aPlan({ id: 'three', port: 3 });

describe('the replicas of a launcher', () => {
  it('are started where they are missing, kept where they run, and stopped where nobody wants them', async () => {
    const { roster, acts } = aRoster();
    roster.apply(wanting(one, two));
    roster.apply(wanting(two, three));
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();

    expect(acts).toEqual([
      'start one',
      'start two',
      'replan two 1/2',
      'start three',
      'stop one',
      'close one',
    ]);
    expect(roster.statuses().map(({ plan }) => plan.id)).toEqual(['two', 'three']);
    expect(roster.memberships()).toHaveLength(2);
  });

  it('keep their log where they are wanted again before they have ended', async () => {
    const { roster, acts } = aRoster();
    roster.apply(wanting(one));
    roster.apply(wanting());
    roster.apply(wanting(one));
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    expect(acts).toEqual(['start one', 'stop one', 'replan one 1/2']);
  });

  it('are restarted one at a time, by name', () => {
    const { roster, acts } = aRoster();
    roster.apply(wanting(one, two));
    roster.restart('two');
    expect(acts.at(-1)).toBe('restart two');
    expect(() => roster.restart('four')).toThrow('there is no replica four; there are one, two');
  });

  it('are looked at together, and stopped together', async () => {
    const { roster, acts } = aRoster();
    roster.look();
    roster.apply(wanting(one, two));
    roster.look();
    await roster.stopAll();
    expect(acts.slice(2, 6)).toEqual(['look one', 'look two', 'stop one', 'stop two']);
    expect(acts.slice(6)).toEqual(['close one', 'close two']);
    expect(roster.size).toBe(0);
  });

  it.each([
    ['two of one name', [one, { ...two, id: 'one' }], 'two replicas are called one'],
    ['two on one port', [one, { ...two, port: 1 }], 'two replicas listen on port 1'],
    ['a name that is a path', [{ ...one, id: '../one' }], "'../one' is no name of a replica"],
    [
      "the name of the launcher's own log",
      [{ ...one, id: 'launcher' }],
      "'launcher' is no name of a replica",
    ],
    ['no name', [{ ...one, id: '' }], "'' is no name of a replica"],
  ])('are refused with %s, and nothing is started', (_what, replicas, message) => {
    const { roster, acts } = aRoster();
    expect(() => roster.apply(wanting(...replicas))).toThrow(message);
    expect(acts).toEqual([]);
  });

  it('are as many as one host can have, and no more', () => {
    const many = (count: number): PlannedReplica[] =>
      Array.from({ length: count }, (_, index) => aPlan({ id: `r-${index}`, port: 1 + index }));
    const { roster } = aRoster();
    expect(() => roster.apply(wanting(...many(REPLICAS_MAX + 1)))).toThrow('257 replicas are more');
    roster.apply(wanting(...many(REPLICAS_MAX)));
    expect(roster.size).toBe(REPLICAS_MAX);
  });

  it('are not taken from an owner that runs, for one that wants others', () => {
    const { roster, acts } = aRoster();
    roster.apply({ ...wanting(one), owner: parentProcess() });
    expect(() => roster.apply(wanting(two))).toThrow(
      `the gateway of process ${process.ppid} has its engines here, and wants others: end it first`,
    );
    expect(acts).toEqual(['start one']);
    expect(roster.owners).toEqual([parentProcess()]);
  });

  it('are shared by owners that want the same, and changed by none of them', () => {
    const { roster } = aRoster();
    roster.apply({ ...wanting(one), owner: parentProcess() });
    roster.apply(wanting(one));
    roster.apply(wanting(one));
    expect(roster.owners).toEqual([parentProcess(), thisProcess()]);
    expect(() => roster.apply(wanting(two))).toThrow(`process ${process.ppid} has its engines`);
  });

  it('are taken from an owner that has ended, and changed by the one that has them', () => {
    const { roster, acts } = aRoster();
    const { pid, startTicks } = parentProcess();
    roster.apply({ ...wanting(one), owner: { pid, startTicks: startTicks - 1 } });
    expect(roster.owners).toEqual([]);
    roster.apply(wanting(two));
    roster.apply(wanting(three));
    expect(acts.filter((act) => act.startsWith('start'))).toEqual([
      'start one',
      'start two',
      'start three',
    ]);
  });

  it('are refused from a caller of another protocol', () => {
    const { roster } = aRoster();
    expect(() => roster.apply({ ...wanting(one), protocol: PROTOCOL + 1 })).toThrow(
      `this launcher speaks protocol ${PROTOCOL}, and the caller ${PROTOCOL + 1}: end it with gateway down`,
    );
  });
});
