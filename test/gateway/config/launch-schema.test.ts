import { describe, expect, it } from 'vitest';

import { ConfigError, readConfig } from '../../../gateway/config.ts';
import type { LaunchSettings } from '../../../gateway/config/settings.ts';

const replica = {
  id: 'vllm-0',
  engine: 'vllm',
  model: '/m',
  port: 30_000,
  argv: ['vllm', 'serve'],
};

function launchOf(launch: object): LaunchSettings {
  const text = JSON.stringify({ launch });
  return readConfig({ file: { name: 'test', text }, environment: {} }).launch;
}

function problemOf(launch: object, others: object = {}): string {
  const text = JSON.stringify({ launch, ...others });
  try {
    readConfig({ file: { name: 'test', text }, environment: {} });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

describe('the settings of what is launched', () => {
  it('launch nothing unless told, within half an hour, and stop it within a minute', () => {
    expect(launchOf({})).toEqual({ readyMsMax: 1_800_000, stopMsMax: 60_000, replicas: [] });
  });

  it('need a name, an engine, a model, a port and a command of each replica', () => {
    expect(launchOf({ replicas: [replica] }).replicas).toEqual([
      { ...replica, gpus: [], memoryNodes: [], environment: {} },
    ]);
    for (const name of Object.keys(replica)) {
      expect(problemOf({ replicas: [{ ...replica, [name]: undefined }] })).toContain(name);
    }
  });

  it.each([
    ['id', '../x'],
    ['id', 'x'.repeat(129)],
    ['id', 'launcher'],
    ['port', 0],
    ['port', 65_536],
    ['argv', []],
    ['argv', Array.from({ length: 1_001 }, () => 'x')],
    ['argv', ['a\0b']],
    ['cpus', '3-1'],
    ['memoryNodes', [1_024]],
    ['kvCapacityTokens', 100_000_001],
  ])('refuse a %s of %j', (name, value) => {
    expect(problemOf({ replicas: [{ ...replica, [name]: value }] })).toContain(name);
  });

  it.each([
    ['id', 'x'.repeat(128)],
    ['id', 'launcher-0'],
    ['port', 65_535],
    ['argv', Array.from({ length: 1_000 }, () => 'x')],
    ['cpus', '0-95,192-287'],
    ['memoryNodes', [1_023]],
    ['kvCapacityTokens', 100_000_000],
  ])('take a %s at its bound', (name, value) => {
    expect(problemOf({ replicas: [{ ...replica, [name]: value }] })).toBe('');
  });

  it.each([
    [{ readyMsMax: 999 }, 'readyMsMax'],
    [{ readyMsMax: 86_400_001 }, 'readyMsMax'],
    [{ stopMsMax: -1 }, 'stopMsMax'],
    [{ stopMsMax: 3_600_001 }, 'stopMsMax'],
  ])('refuse %j', (launch, name) => {
    expect(problemOf(launch)).toContain(name);
  });

  it('take at most as many replicas as a launcher keeps', () => {
    const many = (count: number): object[] =>
      Array.from({ length: count }, (_, index) => ({
        ...replica,
        id: `r-${index}`,
        port: 1_000 + index,
      }));
    expect(problemOf({ replicas: many(256) })).toBe('');
    expect(problemOf({ replicas: many(257) })).toContain('launch.replicas');
  });

  it('name each replica and each port once, those that run already included', () => {
    const twin = { ...replica, port: 30_001 };
    expect(problemOf({ replicas: [replica, twin] })).toContain('two replicas are called vllm-0');
    const neighbour = { ...replica, id: 'vllm-1' };
    expect(problemOf({ replicas: [replica, neighbour] })).toContain(
      'another replica has port 30000',
    );
    const running = { replicas: [{ url: 'http://127.0.0.1:30000', id: 'other' }] };
    expect(problemOf({ replicas: [replica] }, running)).toContain('another replica has port 30000');
    const elsewhere = { replicas: [{ url: 'http://10.0.0.1:30000', id: 'other' }] };
    expect(problemOf({ replicas: [replica] }, elsewhere)).toBe('');
    const named = { replicas: [{ url: 'http://10.0.0.1:30000', id: 'vllm-0' }] };
    expect(problemOf({ replicas: [replica] }, named)).toContain('two replicas are called vllm-0');
  });

  it('are enough to serve with', () => {
    const text = JSON.stringify({ launch: { replicas: [replica] } });
    const sources = { environment: {}, needsReplica: true };
    expect(() => readConfig({ ...sources, file: { name: 'test', text } })).not.toThrow();
    expect(() => readConfig(sources)).toThrow('there is no replica');
  });
});
