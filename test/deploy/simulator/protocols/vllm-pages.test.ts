import { describe, expect, it } from 'vitest';
import type { PlainAnswer } from '../../../../deploy/simulator/plain-answer.ts';
import type { Page } from '../../../../deploy/simulator/protocols/protocol.ts';
import {
  healthPage,
  versionPage,
  vllmAbortPage,
  vllmModelsPage,
  vllmResetCachePage,
} from '../../../../deploy/simulator/protocols/vllm-pages.ts';
import type { ReplicaView } from '../../../../deploy/simulator/replica-view.ts';
import { withoutCaptures } from '../../../support/captures.ts';
import { aReplicaView, captureBody, keyShape } from '../../../support/simulator.ts';

function ask(page: Page, replica: ReplicaView = aReplicaView(), body: unknown = {}): PlainAnswer {
  const request = { query: new URLSearchParams(), body: JSON.stringify(body), name: '' };
  const answer = page(replica, request);
  if (answer instanceof Promise) throw new Error('it is to answer at once');
  return answer;
}

describe('a page of vLLM', () => {
  it('says that it is healthy without a word', () => {
    expect(ask(healthPage)).toEqual({ status: 200, contentType: '', body: '' });
  });

  it('tells its version', () => {
    expect(JSON.parse(ask(versionPage).body)).toEqual({ version: '0.32.0' });
  });

  it('lists its model with its context, and says that it is simulated', () => {
    expect(JSON.parse(ask(vllmModelsPage).body)).toMatchObject({
      object: 'list',
      data: [
        {
          id: 'served-model',
          owned_by: 'vllm (simulated)',
          max_model_len: 8192,
          permission: [{ object: 'model_permission' }],
        },
      ],
    });
  });

  it.skipIf(withoutCaptures)('lists its model with the members of the captured list', () => {
    const captured: unknown = JSON.parse(captureBody('vllm-0.32.0/get-models'));

    expect(keyShape(JSON.parse(ask(vllmModelsPage).body))).toEqual(keyShape(captured));
  });

  it('gives a model the same permission each time', () => {
    expect(ask(vllmModelsPage).body).toBe(ask(vllmModelsPage).body);
    expect(ask(vllmModelsPage, aReplicaView({ model: 'b' })).body).not.toContain('served-model');
  });

  it('aborts the requests that are named, and counts them', () => {
    const named: (string | undefined)[] = [];
    const replica = aReplicaView({
      abort: (id) => {
        named.push(id);
        return id === 'a' ? 1 : 0;
      },
    });

    expect(JSON.parse(ask(vllmAbortPage, replica, { request_ids: ['a', 'b'] }).body)).toEqual({
      status: 'aborted',
      aborted: 1,
    });
    expect(named).toEqual(['a', 'b']);
  });

  it('flushes its cache', () => {
    let flushed = 0;
    const replica = aReplicaView({
      flushCache: () => {
        flushed += 1;
        return true;
      },
    });

    expect(ask(vllmResetCachePage, replica).status).toBe(200);
    expect(flushed).toBe(1);
  });
});
