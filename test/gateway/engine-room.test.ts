import { describe, expect, it, vi } from 'vitest';

import { readConfig } from '../../gateway/config.ts';
import { ReplicaList } from '../../gateway/discovery/sources/replica-list.ts';
import { Keeper } from '../../gateway/discovery/keeper.ts';
import { EngineRoom } from '../../gateway/engine-room.ts';
import { OpenAttempts } from '../../gateway/pipeline/open-attempts.ts';
import { GatewayError } from '../../gateway/generation/error.ts';
import { Fleet } from '../../routing/fleet.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { aReplica } from '../support/builders.ts';

const replica = aReplica({ id: '127.0.0.1:1', address: 'http://127.0.0.1:1' });

function aRoom() {
  const fleet = new Fleet();
  const config = readConfig({
    file: { name: 'test', text: `replicas: [{ url: "${replica.address}" }]` },
    environment: {},
  });
  const events: string[] = [];
  const quiet = () => undefined;
  const telemetry = {
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    replicaEvent: (id: string, event: string) => events.push(`${id} ${event}`),
  } as unknown as Telemetry;
  let wakes = 0;
  const room = new EngineRoom({
    config,
    source: new ReplicaList(config.replicas),
    fleet,
    // No timer runs: what the keeper would do later is not done here.
    clock: { nowMs: () => 0, after: () => quiet },
    telemetry,
    openAttempts: new OpenAttempts(),
    wake: () => (wakes += 1),
  });
  return { room, config, fleet, events, wakes: () => wakes };
}

describe('the engine room', () => {
  it('has connections to every replica of the settings, and to no other', async () => {
    const { room } = aRoom();
    expect(room.engineOf(replica.id)).toBeDefined();
    expect(room.engineOf('other')).toBeUndefined();
    await expect(room.call({ ...replica, id: 'other' }, '/version')).rejects.toThrow(/has left/);
    await room.close();
  });

  it('keeps its connections to those who stay, and has some to those who come', async () => {
    const { room, config } = aRoom();
    const [known] = config.replicas;
    if (known === undefined) throw new Error('there is a replica');
    const before = room.engineOf(replica.id);
    const newcomer = { ...known, id: 'new', url: 'http://127.0.0.1:2' };

    const put = room.prepare([known, newcomer]);
    expect(room.engineOf('new')).toBeUndefined();
    put();
    expect(room.engineOf(replica.id)).toBe(before);
    expect(room.engineOf('new')).toBeDefined();
    room.prepare([{ ...known, apiKey: 'other' }])();
    expect(room.engineOf(replica.id)).not.toBe(before);
    expect(room.engineOf('new')).toBeUndefined();
    await room.close();
  });

  it('changes nothing where a file of another list cannot be read', async () => {
    const { room, config } = aRoom();
    const [known] = config.replicas;
    if (known === undefined) throw new Error('there is a replica');
    const before = room.engineOf(replica.id);

    expect(() => room.prepare([{ ...known, caFile: '/nowhere/ca.pem' }])).toThrow(/ENOENT/);
    expect(room.engineOf(replica.id)).toBe(before);
    await room.close();
  });

  it('puts every replica in the fleet when it begins, and wakes who waits', async () => {
    const { room, fleet, wakes } = aRoom();
    room.start();
    expect(fleet.state(replica.id)).toBe('starting');
    expect(wakes()).toBeGreaterThan(0);
    await room.close();
  });

  it('rejects for a page of a replica that is not there', async () => {
    const { room } = aRoom();
    await expect(room.call(replica, '/version')).rejects.toThrow();
    await room.close();
  });

  it('counts failed connections against a replica, not what its clients do', async () => {
    const { room, fleet, events } = aRoom();
    room.start();
    fleet.setState(replica.id, 'ready');
    const gone = new GatewayError('client_closed', 'left');
    for (let times = 0; times < 10; times += 1) {
      room.attempted(replica.id, { kind: 'failed', error: gone }, 0);
      room.attempted(replica.id, { kind: 'complete' }, 0);
    }
    expect(fleet.state(replica.id)).toBe('ready');
    expect(events).toEqual([]);
    await room.close();
  });

  it('tells the keeper what an attempt says of its replica, and when it began', async () => {
    const { room } = aRoom();
    const told = vi.spyOn(Keeper.prototype, 'attempted').mockReturnValue();

    room.attempted(replica.id, { kind: 'complete' }, 7);

    expect(told).toHaveBeenCalledWith(replica.id, 'success', 7);
    vi.restoreAllMocks();
    await room.close();
  });

  it('tells the keeper what is taken back', async () => {
    const { room } = aRoom();
    const told = vi.spyOn(Keeper.prototype, 'attempted').mockReturnValue();

    room.excused(replica.id, 7);

    expect(told).toHaveBeenCalledWith(replica.id, 'excused', 7);
    vi.restoreAllMocks();
    await room.close();
  });

  it('drains a replica and takes the mark back, and knows no other', async () => {
    const { room, fleet } = aRoom();
    room.start();
    expect([room.drain(replica.id), room.undrain(replica.id)]).toEqual([true, true]);
    expect([room.drain('other'), room.undrain('other')]).toEqual([false, false]);
    expect(fleet.state(replica.id)).toBe('starting');
    await room.close();
  });
});
