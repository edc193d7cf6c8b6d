import { describe, expect, it } from 'vitest';

import { ConfigError, readConfig } from '../../../gateway/config.ts';
import type { Config } from '../../../gateway/config/settings.ts';

function read(settings: object): Config {
  return readConfig({ file: { name: 'test', text: JSON.stringify(settings) }, environment: {} });
}

describe('the settings of the health of GPUs', () => {
  it('look every five seconds, and drain, unless told otherwise', () => {
    expect(read({}).gpuHealth).toEqual({
      intervalMs: 5_000,
      timeoutMs: 10_000,
      drainsSick: true,
      nvidiaSmi: 'nvidia-smi',
      kernelLog: '/dev/kmsg',
    });
  });

  it.each(['intervalMs', 'timeoutMs'])('have bounds of %s', (name) => {
    for (const value of [100, 3_600_000]) {
      expect(read({ gpuHealth: { [name]: value } }).gpuHealth).toMatchObject({ [name]: value });
    }
    for (const value of [99, 3_600_001]) {
      expect(() => read({ gpuHealth: { [name]: value } })).toThrow(ConfigError);
    }
  });

  it('name the GPUs of a replica, 64 at most', () => {
    const withGpus = (count: number): Config =>
      read({
        replicas: [{ url: 'http://127.0.0.1:1', gpus: Array.from({ length: count }, String) }],
      });

    expect(withGpus(64).replicas[0]?.gpus).toHaveLength(64);
    expect(() => withGpus(65)).toThrow(ConfigError);
  });
});
