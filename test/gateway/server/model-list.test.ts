import { describe, expect, it } from 'vitest';

import { ModelNames } from '../../../gateway/pipeline/model-names.ts';
import { ModelList } from '../../../gateway/server/model-list.ts';
import { Fleet } from '../../../routing/fleet.ts';
import type { Replica, ReplicaState } from '../../../routing/replica.ts';
import { aReplica } from '../../support/builders.ts';

const CREATED_SECONDS = 1_700_000_000;

/** A list over the given replicas, each of them in its state. */
function listOf(
  replicas: readonly (readonly [Replica, ReplicaState])[],
  aliases: Readonly<Record<string, string>> = {},
): ModelList {
  const fleet = new Fleet();
  for (const [replica, state] of replicas) {
    fleet.join(replica);
    fleet.setState(replica.id, state);
  }
  const names = new ModelNames(new Map(Object.entries(aliases)), () => '');
  return new ModelList(fleet, names, CREATED_SECONDS);
}

const llama = aReplica({ id: 'a', models: ['llama'] });
const both = aReplica({ id: 'b', engine: 'sglang', models: ['llama', 'qwen'] });

function idsOf(list: ModelList): string[] {
  return list.all().map(({ id }) => id);
}

describe('the list of models', () => {
  it('names a model once, however many replicas serve it', () => {
    const list = listOf([
      [llama, 'ready'],
      [both, 'ready'],
    ]);

    expect(idsOf(list)).toEqual(['llama', 'qwen']);
  });

  it('has all that benchmark clients read of a model', () => {
    expect(listOf([[llama, 'ready']]).find('llama')).toEqual({
      id: 'llama',
      object: 'model',
      created: CREATED_SECONDS,
      owned_by: 'vllm',
      // Without it `vllm bench serve` of 0.32 ends with a KeyError before its first request.
      root: 'llama',
      parent: null,
      max_model_len: 8192,
    });
  });

  it.each(['starting', 'draining', 'ejected'] as const)(
    'leaves out what only a replica serves that is %s',
    (state) => {
      const list = listOf([
        [llama, 'ready'],
        [both, state],
      ]);

      expect(idsOf(list)).toEqual(['llama']);
    },
  );

  it('lists an alias with the model behind it as its root', () => {
    const list = listOf([[llama, 'ready']], { small: 'llama' });

    expect(idsOf(list)).toEqual(['llama', 'small']);
    expect(list.find('small')).toEqual({ ...list.find('llama'), id: 'small' });
  });

  it('leaves out an alias of a model that nobody serves', () => {
    expect(idsOf(listOf([[llama, 'ready']], { large: 'qwen' }))).toEqual(['llama']);
  });

  it('finds nothing under a name that nobody serves', () => {
    expect(listOf([[llama, 'ready']]).find('qwen')).toBeUndefined();
  });
});
