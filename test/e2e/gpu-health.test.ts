import { appendFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import type { ShownState } from '../support/live/gateway.ts';
import type { LiveHouse } from '../support/live/house.ts';
import { aHouse, expectAllReleased } from '../support/live/house.ts';
import { postJson } from '../support/live/raw.ts';
import { SmiProgram } from '../support/live/smi-program.ts';
import { Traffic } from '../support/live/traffic.ts';
import { until } from '../support/live/until.ts';

const INTERVAL_MS = 100;

/** Two replicas, each with a GPU of its own, by index and by UUID. */
function aHouseOnGpus(smi: SmiProgram): Promise<LiveHouse> {
  const words = [['0'], ['GPU-00000001']];
  return aHouse({
    replicas: [{}, {}],
    replicaSettings: () => ({ gpus: words.shift() ?? [] }),
    settings: {
      gpuHealth: { intervalMs: INTERVAL_MS, nvidiaSmi: smi.path, kernelLog: smi.kernelLog },
    },
  });
}

async function inState(house: LiveHouse, index: number, state: string): Promise<ShownState> {
  return house.gateway.stateWhere(
    `replica ${index} is ${state}`,
    ({ replicas }) => replicas[index]?.state === state,
  );
}

/** Every look that began before this moment has been judged. */
async function twoLooksOf(smi: SmiProgram): Promise<void> {
  const { looks } = smi;
  await until('two more looks at the GPUs', () => smi.looks >= looks + 2);
}

async function askedReplica(house: LiveHouse, requestId: string): Promise<string | null> {
  const body = { model: house.replica.model, prompt: 'a', max_tokens: 3 };
  const headers = { 'x-gateway-replica': 'yes', 'x-request-id': requestId };
  const answer = await postJson(`${house.gateway.url}/v1/completions`, body, headers);
  await answer.text();
  return answer.headers.get('x-gateway-replica');
}

describe('a GPU that turns sick under load', () => {
  it('drains its replica within periods, loses no request, and gives it back when it is well', async () => {
    using smi = new SmiProgram(2);
    await using house = await aHouseOnGpus(smi);
    const [first = '', second = ''] = house.replicas.map(({ id }) => id);
    const traffic = new Traffic(house, { clients: 4 });
    await until('both serve', () => new Set(traffic.served.map(({ replica }) => replica)).size > 1);

    smi.change(1, { gpu_recovery_action: 'Reset' });
    const sick = await inState(house, 1, 'draining');
    expect(sick.replicas[1]).toMatchObject({
      stateReason: 'GPU 1: its driver asks for a recovery: Reset',
    });
    expect(sick).toMatchObject({ gpus: [{ state: 'healthy' }, { gpu: 1, state: 'sick' }] });
    const identity = { gpu: '1', replica: second };
    expect(await house.gateway.counted('gpuState', { ...identity, state: 'sick' })).toBe(1);
    expect(await house.gateway.counted('gpuFindings', { ...identity, reason: 'recovery' })).toBe(1);
    expect(await house.gateway.counted('replicaEjections', { reason: 'gpu' })).toBe(1);
    expect(await askedReplica(house, 'while-sick')).toBe(first);

    smi.change(1, { gpu_recovery_action: 'None' });
    await inState(house, 1, 'ready');
    const { length } = traffic.served;
    await until('it serves again', () =>
      traffic.served.slice(length).some(({ replica }) => replica === second),
    );
    await traffic.stop();

    expect(traffic.statuses).toEqual([200]);
    expect(traffic.served.every(({ isWhole }) => isWhole)).toBe(true);
    expect(await house.gateway.counted('replicaEvents', { event: 'recovered' })).toBe(1);
    await expectAllReleased(house);
  });

  it('stands on the receipt of who went elsewhere', async () => {
    using smi = new SmiProgram(2);
    await using house = await aHouseOnGpus(smi);
    smi.change(0, { 'ecc.errors.uncorrected.volatile.total': '0' });
    await twoLooksOf(smi);
    smi.change(0, { 'ecc.errors.uncorrected.volatile.total': '2' });
    await inState(house, 0, 'draining');
    await askedReplica(house, 'told');

    const page = await fetch(`${house.gateway.adminUrl}/admin/decisions/told`);
    const reason = 'GPU 0: its memory has 2 more errors that cannot be corrected (2)';
    expect(await page.json()).toMatchObject({
      decisions: [{ dropped: [{ replica: house.replica.id, filter: 'ready', reason }] }],
    });
  });
});

describe('a GPU that is lost', () => {
  it('drains its replica, and brings it back when it is found', async () => {
    using smi = new SmiProgram(2);
    await using house = await aHouseOnGpus(smi);
    await twoLooksOf(smi);

    smi.lose(1);
    const { replicas } = await inState(house, 1, 'draining');
    expect(replicas[1]).toMatchObject({
      stateReason: 'GPU 1: the driver does not reach it any more',
    });

    smi.find();
    await inState(house, 1, 'ready');
  });

  it('is taken for mended where somebody undrains its replica after an XID', async () => {
    using smi = new SmiProgram(2);
    await using house = await aHouseOnGpus(smi);
    await twoLooksOf(smi);

    appendFileSync(smi.kernelLog, 'NVRM: Xid (PCI:0000:1b:00): 119, pid=7, Timeout\n');
    await inState(house, 0, 'draining');
    expect(await house.gateway.counted('gpuXids', { gpu: '0', xid: '119' })).toBe(1);

    const path = `/admin/replicas/${encodeURIComponent(house.replica.id)}/undrain`;
    await fetch(`${house.gateway.adminUrl}${path}`, { method: 'POST' });
    await inState(house, 0, 'ready');
    await twoLooksOf(smi);
    expect((await house.gateway.state()).replicas[0]?.state).toBe('ready');
  });
});

describe('GPUs that are hot, all sick, or silent', () => {
  it('drain nobody where they are only hot', async () => {
    using smi = new SmiProgram(2);
    await using house = await aHouseOnGpus(smi);
    smi.change(0, { 'clocks_event_reasons.active': '0x0000000000000040' });
    await until(
      'the warning shows',
      async () => (await house.gateway.counted('gpuState', { gpu: '0', state: 'warning' })) === 1,
    );

    await twoLooksOf(smi);
    expect((await house.gateway.state()).replicas.map(({ state }) => state)).toEqual([
      'ready',
      'ready',
    ]);
  });

  it('leave half of the fleet at work where they are all sick', async () => {
    using smi = new SmiProgram(2);
    await using house = await aHouseOnGpus(smi);
    for (const index of [0, 1]) smi.change(index, { 'remapped_rows.failure': 'Yes' });
    await until(
      'both are sick',
      async () => (await house.gateway.counted('gpuState', { state: 'sick' })) === 2,
    );
    await twoLooksOf(smi);

    const { replicas } = await house.gateway.state();
    expect(replicas.map(({ state }) => state).toSorted()).toEqual(['draining', 'ready']);
    expect(await askedReplica(house, 'all-sick')).not.toBeNull();
  });

  it('change nothing where there is no nvidia-smi', async () => {
    await using house = await aHouse({
      replicaSettings: () => ({ gpus: ['0'] }),
      settings: { gpuHealth: { intervalMs: INTERVAL_MS, nvidiaSmi: '/nowhere/nvidia-smi' } },
    });

    expect(await askedReplica(house, 'none')).toBe(house.replica.id);
    expect(await house.gateway.counted('gpuState')).toBe(0);
  });
});
