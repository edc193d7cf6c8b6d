import { describe, expect, it } from 'vitest';
import type { Page } from '../../../../deploy/simulator/protocols/protocol.ts';
import {
  healthGeneratePage,
  modelInfo02Page,
  models02Page,
  serverArgsPage,
} from '../../../../deploy/simulator/protocols/sglang-0-2-pages.ts';
import type { ReplicaView } from '../../../../deploy/simulator/replica-view.ts';
import { aReplicaView, thePreset } from '../../../support/simulator.ts';

async function ask(page: Page, facts: Partial<ReplicaView> = {}): Promise<unknown> {
  const preset = thePreset('sglang-0.2.14-4xh100-tp4');
  const request = { query: new URLSearchParams(), body: '', name: '' };
  const { status, body } = await page(aReplicaView({ preset, ...facts }), request);
  return body === '' ? status : JSON.parse(body);
}

describe('a page of SGLang 0.2.14', () => {
  it('generates a token to tell its health, behind all other work', async () => {
    const prefilled: number[] = [];
    const prefill = (tokens: number): Promise<void> => {
      prefilled.push(tokens);
      return Promise.resolve();
    };

    expect(await ask(healthGeneratePage, { prefill })).toBe(200);
    expect(prefilled).toEqual([1]);
  });

  it('describes its model in two words', async () => {
    expect(await ask(modelInfo02Page)).toEqual({
      model_path: 'served-model',
      is_generation: true,
    });
  });

  it('lists its model without its context', async () => {
    expect(await ask(models02Page)).toEqual({
      object: 'list',
      data: [
        {
          id: 'served-model',
          object: 'model',
          created: 1_700_000_100,
          owned_by: 'sglang (simulated)',
          root: 'served-model',
        },
      ],
    });
  });

  it('tells its launch arguments, which hold neither load nor capacity', async () => {
    const args = await ask(serverArgsPage, { port: 31_000 });

    expect(args).toMatchObject({
      model_path: 'served-model',
      served_model_name: 'served-model',
      port: 31_000,
      tp_size: 4,
      max_total_tokens: null,
      context_length: null,
      simulated: 'sglang-0.2.14-4xh100-tp4',
    });
    expect(JSON.stringify(args)).not.toContain('596924');
  });
});
