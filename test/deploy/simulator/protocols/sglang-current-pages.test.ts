import { describe, expect, it } from 'vitest';
import type { Page } from '../../../../deploy/simulator/protocols/protocol.ts';
import {
  notEmbeddingPage,
  pingPage,
  sglangAbortPage,
  sglangHealthPage,
  sglangModelInfoPage,
  sglangModelPage,
  sglangModelsPage,
  sglangServerInfoPage,
} from '../../../../deploy/simulator/protocols/sglang-current-pages.ts';
import type { ReplicaView } from '../../../../deploy/simulator/replica-view.ts';
import { withoutCaptures } from '../../../support/captures.ts';
import {
  aReplicaView,
  captureBody,
  keyShape,
  refusalOf,
  thePreset,
} from '../../../support/simulator.ts';

const preset = thePreset('sglang-current-8xh100-tp8');

async function ask(
  page: Page,
  facts: Partial<ReplicaView> = {},
  more: { readonly name?: string; readonly body?: unknown } = {},
): Promise<{ readonly status: number; readonly body: unknown }> {
  const { status, body } = await page(aReplicaView({ preset, ...facts }), {
    query: new URLSearchParams(),
    body: JSON.stringify(more.body ?? {}),
    name: more.name ?? '',
  });
  return { status, body: body === '' ? undefined : JSON.parse(body) };
}

describe('the health of SGLang 0.5.23', () => {
  it('takes a second of the engine to be told', async () => {
    const waited: number[] = [];
    const after = (delayMs: number): Promise<void> => {
      waited.push(delayMs);
      return Promise.resolve();
    };

    expect(await ask(sglangHealthPage, { after })).toEqual({ status: 200, body: undefined });
    expect(waited).toEqual([1000]);
  });

  it('is not told by a ping, which answers at once', async () => {
    expect(await ask(pingPage)).toEqual({ status: 200, body: undefined });
  });
});

describe('the model of SGLang 0.5.23', () => {
  it('is listed with its context, and said to be simulated', async () => {
    expect(await ask(sglangModelsPage)).toMatchObject({
      body: {
        data: [{ id: 'served-model', owned_by: 'sglang (simulated)', max_model_len: 8192 }],
      },
    });
  });

  it('is found by its name, and no other is', async () => {
    expect(await ask(sglangModelPage, {}, { name: 'served-model' })).toMatchObject({
      status: 200,
      body: { id: 'served-model' },
    });
    expect(await ask(sglangModelPage, {}, { name: 'nope' })).toMatchObject({
      status: 404,
      body: { error: { code: 'model_not_found' } },
    });
  });

  it('is described', async () => {
    expect(await ask(sglangModelInfoPage)).toMatchObject({
      body: { model_path: 'served-model', served_model_name: 'served-model', is_generation: true },
    });
  });

  it('is not one that embeds', () => {
    const request = { query: new URLSearchParams(), body: '', name: '' };

    expect(refusalOf(() => notEmbeddingPage(aReplicaView(), request))).toEqual({
      kind: 'not-embedding',
    });
  });

  it.skipIf(withoutCaptures).each([
    ['get-models', sglangModelsPage],
    ['get-model-one', sglangModelPage],
  ])('has the members of %s', async (name, page) => {
    const { body } = await ask(page, {}, { name: 'served-model' });

    expect(keyShape(body)).toEqual(keyShape(JSON.parse(captureBody(`sglang-0.5.23/${name}`))));
  });
});

describe('the server info of SGLang 0.5.23', () => {
  it('tells what a gateway has to know', async () => {
    const { body } = await ask(sglangServerInfoPage, { queuedRequestsMax: 64, port: 31_000 });

    expect(body).toMatchObject({
      model_path: 'served-model',
      served_model_name: 'served-model',
      max_running_requests: preset.runningSequencesMax,
      max_queued_requests: 64,
      page_size: preset.kvBlockTokens,
      tp_size: 8,
      port: 31_000,
      status: 'ready',
      max_total_num_tokens: 1000,
      max_req_input_len: 8186,
      version: '0.5.23',
      simulated: 'sglang-current-8xh100-tp8',
    });
  });

  it('tells that there is no limit when there is none', async () => {
    expect(await ask(sglangServerInfoPage)).toMatchObject({ body: { max_queued_requests: null } });
  });

  it.skipIf(withoutCaptures)('has only members that the real one has', async () => {
    const real = Object.keys(JSON.parse(captureBody('sglang-0.5.23/get-server_info')) as object);
    const { body } = await ask(sglangServerInfoPage);
    const own = Object.keys(body as object).filter((key) => !real.includes(key));

    expect(own).toEqual(['simulated']);
  });
});

describe('an abort of SGLang 0.5.23', () => {
  async function abort(body: unknown): Promise<(string | undefined)[]> {
    const named: (string | undefined)[] = [];
    const answer = await ask(
      sglangAbortPage,
      {
        abort: (id) => {
          named.push(id);
          return 0;
        },
      },
      { body },
    );

    expect(answer).toEqual({ status: 200, body: undefined });
    return named;
  }

  it('is of the request that is named, whether there is one or not', async () => {
    expect(await abort({ rid: 'a' })).toEqual(['a']);
  });

  it('is of all when that is asked for', async () => {
    expect(await abort({ rid: '', abort_all: true })).toEqual([undefined]);
  });

  it('is of none when none is named', async () => {
    expect(await abort({})).toEqual([]);
    expect(await abort({ rid: '' })).toEqual([]);
  });
});
