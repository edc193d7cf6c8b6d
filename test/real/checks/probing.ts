import assert from 'node:assert/strict';

import type { Check, RealEngine, Stand } from '../stand.ts';
import { readJson } from '../stand.ts';

/** What an engine is, asked of it here by other means than the gateway's. */
interface Facts {
  readonly engine: string;
  readonly engineVersion: string;
  readonly models: readonly string[];
  readonly contextTokensMax: number;
  readonly kvCapacityTokens: number;
  readonly kvBlockTokens: number;
}

/** What the gateway found out by asking. */
export const probing: readonly Check[] = [
  {
    title:
      'each replica is found with its engine, version, models, context, KV capacity and block size',
    async try({ engines, gateway }) {
      const replicas = (await readJson(`${gateway.adminUrl}/admin/replicas`)) as ({
        id: string;
      } & Facts)[];
      const lines: string[] = [];
      for (const engine of engines) {
        const found = replicas.find(({ id }) => id === engine.id);
        const told = await factsOf(engine);
        assert.deepEqual({ ...found, ...told }, found);
        lines.push(describe(told));
      }
      return [...new Set(lines)].join('; ');
    },
  },
  {
    title: 'the model is listed once, with its context, and found by its name',
    async try({ gateway, model }: Stand) {
      const list = (await readJson(`${gateway.url}/v1/models`)) as { data: { id: string }[] };
      assert.deepEqual(
        list.data.map(({ id }) => id),
        [model],
      );
      const one = (await readJson(`${gateway.url}/v1/models/${model}`)) as { id: string };
      assert.equal(one.id, model);
      return JSON.stringify(one);
    },
  },
];

function describe(facts: Facts): string {
  const { engine, engineVersion, models, contextTokensMax, kvCapacityTokens, kvBlockTokens } =
    facts;
  const sizes = `context ${contextTokensMax}, ${kvCapacityTokens} KV tokens in blocks of ${kvBlockTokens}`;
  return `${engine} ${engineVersion} with ${models.join(', ')}, ${sizes}`;
}

function factsOf(engine: RealEngine): Promise<Facts> {
  return engine.kind === 'vllm' ? factsOfVllm(engine.url) : factsOfSglang(engine.url);
}

async function factsOfVllm(url: string): Promise<Facts> {
  const { version } = (await readJson(`${url}/version`)) as { version: string };
  const page = await (await fetch(`${url}/metrics`)).text();
  const label = (name: string): number =>
    Number(new RegExp(`[{,]${name}="(\\d+)"`).exec(page)?.[1]);
  return {
    engine: 'vllm',
    engineVersion: version,
    ...(await modelOf(url)),
    kvCapacityTokens: label('num_gpu_blocks') * label('block_size'),
    kvBlockTokens: label('block_size'),
  };
}

async function factsOfSglang(url: string): Promise<Facts> {
  const info = (await readJson(`${url}/server_info`)) as {
    version: string;
    max_total_num_tokens: number;
    page_size: number;
  };
  return {
    engine: 'sglang',
    engineVersion: info.version,
    ...(await modelOf(url)),
    kvCapacityTokens: info.max_total_num_tokens,
    kvBlockTokens: info.page_size,
  };
}

async function modelOf(url: string): Promise<Pick<Facts, 'models' | 'contextTokensMax'>> {
  const { data } = (await readJson(`${url}/v1/models`)) as {
    data: { id: string; max_model_len: number }[];
  };
  return { models: data.map(({ id }) => id), contextTokensMax: data[0]?.max_model_len ?? 0 };
}
