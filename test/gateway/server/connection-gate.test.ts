import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

import { describe, expect, it } from 'vitest';

import { ConnectionGate, DESCRIPTORS_RESERVED } from '../../../gateway/server/connection-gate.ts';

/** A socket that keeps what is said over it. */
class FakeSocket extends EventEmitter {
  said = '';
  isDestroyed = false;

  end(text: string, done: () => void): void {
    this.said += text;
    done();
  }

  destroy(): void {
    this.isDestroyed = true;
    this.emit('close');
  }
}

function enter(gate: ConnectionGate, inPlain = true): { socket: FakeSocket; isIn: boolean } {
  const socket = new FakeSocket();
  return { socket, isIn: gate.enter(socket as unknown as Socket, inPlain) };
}

describe('a gate', () => {
  it('lets in as many connections as may be open, and tells one more when to come back', () => {
    const gate = new ConnectionGate(2, undefined);
    const first = enter(gate);
    expect(enter(gate).isIn).toBe(true);

    const { socket, isIn } = enter(gate);
    expect(isIn).toBe(false);
    expect(socket.said).toMatch(/^HTTP\/1\.1 503 .*\r\nretry-after: 1\r\n/);
    expect(socket.isDestroyed).toBe(true);
    expect([gate.open, gate.refused]).toEqual([2, 1]);

    first.socket.destroy();
    expect(enter(gate).isIn).toBe(true);
    expect([gate.open, gate.refused]).toEqual([2, 1]);
  });

  it('says nothing to a client that would take it for a broken handshake', () => {
    const gate = new ConnectionGate(1, undefined);
    enter(gate);
    const refused = enter(gate, false).socket;

    expect(refused).toMatchObject({ said: '', isDestroyed: true });
    expect(() => refused.emit('error', new Error('reset'))).not.toThrow();
  });

  it('counts a connection out once', () => {
    const gate = new ConnectionGate(5, undefined);
    const { socket } = enter(gate);
    socket.destroy();
    socket.destroy();
    expect(gate.open).toBe(0);
  });

  it.each([
    [DESCRIPTORS_RESERVED + 20, 10],
    [DESCRIPTORS_RESERVED + 21, 10],
    [DESCRIPTORS_RESERVED + 2_000, 100],
    [10, 1],
  ])('with %i descriptors has room for %i of a hundred connections', (descriptors, room) => {
    expect(new ConnectionGate(100, descriptors).connectionsMax).toBe(room);
  });

  it('is wider or narrower when the setting is another, and nobody has to leave', () => {
    const gate = new ConnectionGate(2, undefined);
    enter(gate);
    enter(gate);
    gate.limit(1);
    expect(enter(gate).isIn).toBe(false);
    expect(gate.open).toBe(2);
    gate.limit(3);
    expect(enter(gate).isIn).toBe(true);
  });

  it.runIf(process.platform === 'linux')('knows the descriptors of its own process', () => {
    expect(new ConnectionGate(Infinity).connectionsMax).toBeLessThan(Infinity);
  });
});
