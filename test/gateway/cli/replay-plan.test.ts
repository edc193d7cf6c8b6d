import { describe, expect, it } from 'vitest';
import type { ReplayFlags } from '../../../gateway/cli/replay-flags.ts';
import { planReplay } from '../../../gateway/cli/replay-plan.ts';
import { UsageError } from '../../../gateway/cli/usage-error.ts';
import type { ReplayPlan } from '../../../gateway/replay/replay-settings.ts';
import { replayFlagsOf } from './flags.ts';

function planned(
  given: Partial<ReplayFlags>,
  environment: Readonly<Record<string, string>> = {},
): ReplayPlan {
  const names = new Set(Object.keys(given) as (keyof ReplayFlags)[]);
  return planReplay(replayFlagsOf(given), { given: names, environment, readText: () => '' });
}

const presetNames = ({ target }: ReplayPlan): string[] =>
  target.kind === 'url' ? [] : target.fleet.presets.map(({ name }) => name);

describe('a plan', () => {
  it('is two extrapolated replicas over sockets, queued for in the gateway, unless told', () => {
    const plan = planned({});

    expect(plan.reproduced).toBeUndefined();
    expect(presetNames(plan)).toEqual(['sglang-0.2.14-4xh100-tp4', 'sglang-0.2.14-4xh100-tp4']);
    expect(plan.target).toMatchObject({
      kind: 'simulated',
      fleet: { admission: 'late-binding', policy: 'kv-aware', speed: 3 },
    });
  });

  it('runs on the replicas, with the policy and at the speed that are named', () => {
    const plan = planned({
      simulate: ['vllm-0.5.5-8xh100-tp8'],
      policy: 'round-robin',
      admission: 'pass-through',
      speed: 10,
    });

    expect(presetNames(plan)).toEqual(['vllm-0.5.5-8xh100-tp8']);
    expect(plan.target).toMatchObject({
      fleet: { admission: 'pass-through', policy: 'round-robin', speed: 10 },
    });
    expect(plan.settings.backend).toBe('vllm');
  });

  it('has no speed on virtual time', () => {
    expect(planned({ virtual: true, speed: 7 }).target).toMatchObject({
      kind: 'virtual',
      fleet: { speed: 1 },
    });
  });

  it('asks a gateway that is there what it did where its admin port is named, with the key of the environment', () => {
    const url = 'http://127.0.0.1:8080';
    const adminUrl = 'http://127.0.0.1:9080';
    const admin = (environment: Readonly<Record<string, string>>) =>
      planned({ url, adminUrl }, environment).target;

    expect(admin({})).toEqual({ kind: 'url', url, admin: { adminUrl, adminKey: undefined } });
    expect(admin({ GATEWAY_ADMIN_KEY: 'k' })).toMatchObject({ admin: { adminKey: 'k' } });
    expect(() => planned({ adminUrl })).toThrow('--admin-url stands beside --url');
  });

  it('goes to a server that is there, and asks it for token counts', () => {
    const plan = planned({ url: 'http://127.0.0.1:8000' });

    expect(plan.target).toEqual({ kind: 'url', url: 'http://127.0.0.1:8000' });
    expect(plan.settings.asksUsage).toBe(true);
    expect(planned({ url: 'http://127.0.0.1:8000', usage: false }).settings.asksUsage).toBe(false);
    expect(planned({}).settings.asksUsage).toBe(false);
  });

  it.each([
    ['sglang-0.2.14', 'sglang-0.2.14-8xh100-tp8', 'sglang'],
    ['vllm-0.5.5', 'vllm-0.5.5-8xh100-tp8', 'vllm'],
  ])(
    'makes the run of %s again on one replica, as a pass-through',
    (reproduce, preset, backend) => {
      const plan = planned({ reproduce });

      expect(plan.reproduced?.name).toBe(reproduce);
      expect(presetNames(plan)).toEqual([preset]);
      expect(plan.target).toMatchObject({ fleet: { admission: 'pass-through' } });
      expect(plan.settings.backend).toBe(backend);
      expect(plan.settings.workload.requests).toHaveLength(1000);
    },
  );

  it('takes the settings of requests from their flags', () => {
    const { settings } = planned({
      backend: 'vllm',
      model: 'm',
      extraRequestBody: { top_p: 0.5 },
      disableIgnoreEos: true,
      outputDetails: true,
      maxConcurrency: 8,
      warmupRequests: 3,
    });

    expect(settings).toMatchObject({
      backend: 'vllm',
      model: 'm',
      extraBody: { top_p: 0.5 },
      ignoreEndOfSequence: false,
      keepsText: true,
      maxConcurrency: 8,
      warmUpRequests: 3,
    });
    expect(planned({}).settings).toMatchObject({ ignoreEndOfSequence: true, keepsText: false });
  });

  it('asks through the API that the backend has under the rules', () => {
    expect(planned({ backend: 'sglang' }).settings.format.name).toBe('completions');
    expect(planned({ backend: 'sglang', rules: 'current' }).settings.format.name).toBe('generate');
    expect(planned({ backend: 'vllm-chat', rules: 'current' }).settings.format.name).toBe('chat');
  });

  it.each([
    ['0.2.14', {}, 'Bearer None'],
    ['0.2.14', { OPENAI_API_KEY: 'k' }, 'Bearer k'],
    ['current', {}, undefined],
    ['current', { OPENAI_API_KEY: 'k', API_KEY: 'raw' }, 'Bearer k'],
    ['current', { API_KEY: 'raw' }, 'raw'],
  ] as const)(
    'sends a key as the reference does: rules %s, %j',
    (rules, environment, authorization) => {
      expect(planned({ rules }, environment).settings.authorization).toBe(authorization);
    },
  );
});

describe('flags that do not go together', () => {
  it.each<[Partial<ReplayFlags>, string]>([
    [
      { reproduce: 'vllm-0.5.5', numPrompts: 5 },
      '--num-prompts 5 cannot stand beside --reproduce vllm-0.5.5: the published run sets it.',
    ],
    [
      { reproduce: 'vllm-0.5.5', url: 'http://a:1' },
      '--url http://a:1 cannot stand beside --reproduce',
    ],
    [
      { reproduce: 'sglang-0.2.14', simulate: ['x'] },
      '--simulate ["x"] cannot stand beside --reproduce sglang-0.2.14',
    ],
    [
      { url: 'http://a:1', virtual: true },
      '--virtual cannot stand beside --url http://a:1: it is for simulated replicas.',
    ],
    [{ url: 'http://a:1', speed: 2 }, '--speed 2 cannot stand beside --url http://a:1'],
    [{ virtual: true, model: 'm' }, '--model m cannot stand beside --virtual: nothing is sent.'],
    [
      { virtual: true, extraRequestBody: { a: 1 } },
      '--extra-request-body {"a":1} cannot stand beside --virtual',
    ],
    [
      { backend: 'sglang-oai' },
      '--backend sglang-oai: under --rules 0.2.14 it must be one of sglang, vllm, lmdeploy.',
    ],
    [
      { backend: 'vllm-chat', rules: 'current', datasetName: 'random-ids' },
      '--dataset-name random-ids: vllm-chat takes text alone',
    ],
  ])('are refused: %j', (flags, message) => {
    expect(() => planned(flags)).toThrow(UsageError);
    expect(() => planned(flags)).toThrow(message);
  });

  it('are told by what was given, not by defaults', () => {
    expect(() => planned({ reproduce: 'vllm-0.5.5', speed: 2, json: true })).not.toThrow();
    expect(() => planned({ url: 'http://a:1', maxConcurrency: 2 })).not.toThrow();
  });
});
