import { describe, expect, it } from 'vitest';

import {
  describeReplica,
  describeTarget,
  withModels,
} from '../../../gateway/discovery/replica-facts.ts';
import type { ReplicaTarget } from '../../../gateway/discovery/sources/source.ts';
import type { FoundEngine } from '../../../gateway/engines/catalog.ts';
import { sglang } from '../../../gateway/engines/sglang.ts';

const target: ReplicaTarget = { id: 'one', url: 'http://one.test:30000', labels: { zone: 'a' } };

function found(facts: Partial<FoundEngine['facts']> = {}): FoundEngine {
  return {
    kind: sglang,
    facts: {
      version: undefined,
      contextTokensMax: undefined,
      kvCapacityTokens: undefined,
      kvBlockTokens: undefined,
      ...facts,
    },
    models: ['llama'],
    loadSource: undefined,
  };
}

describe('a replica', () => {
  it('that has not answered is what the configuration says', () => {
    expect(describeTarget(target)).toEqual({
      id: 'one',
      address: 'http://one.test:30000',
      engine: 'unknown',
      engineVersion: undefined,
      models: [],
      contextTokensMax: undefined,
      kvBlockTokens: 1,
      kvCapacityTokens: undefined,
      numaNode: undefined,
      labels: { zone: 'a' },
    });
    expect(describeTarget({ ...target, engine: 'vllm', models: ['x'], numaNode: 1 })).toMatchObject(
      {
        engine: 'vllm',
        models: ['x'],
        numaNode: 1,
      },
    );
  });

  it('is what its engine tells', () => {
    const told = {
      version: '0.5.23',
      contextTokensMax: 8192,
      kvCapacityTokens: 20_000,
      kvBlockTokens: 64,
      cachesPrefixes: false,
    };
    const configured = { contextTokensMax: 1, kvCapacityTokens: 2, kvBlockTokens: 3 };
    expect(describeReplica({ ...target, ...configured }, found(told))).toMatchObject({
      engine: 'sglang',
      engineVersion: '0.5.23',
      models: ['llama'],
      contextTokensMax: 8192,
      kvCapacityTokens: 20_000,
      kvBlockTokens: 64,
      cachesPrefixes: false,
    });
  });

  it('is what the configuration says where its engine tells nothing', () => {
    const configured = { contextTokensMax: 8192, kvCapacityTokens: 596_924, kvBlockTokens: 16 };
    expect(describeReplica({ ...target, ...configured }, found())).toMatchObject(configured);
  });

  it('serves the models of the configuration, where there are any', () => {
    expect(describeReplica({ ...target, models: ['mine'] }, found()).models).toEqual(['mine']);
  });

  it('is the same replica while its models are the same', () => {
    const replica = describeReplica(target, found());
    expect(withModels(replica, ['llama'])).toBe(replica);
    expect(withModels(replica, ['llama', 'sql-lora']).models).toEqual(['llama', 'sql-lora']);
    expect(withModels(replica, ['other']).models).toEqual(['other']);
    expect(withModels(replica, []).models).toEqual([]);
  });
});
