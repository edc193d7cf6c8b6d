import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';

import { loadConfig } from '../../../gateway/config.ts';
import { emitPlan } from '../../../gateway/cli/plan-output.ts';
import { UsageError } from '../../../gateway/cli/usage-error.ts';
import { plannedReplica } from '../../../gateway/launch/planned-replicas.ts';
import { PlantedMachine } from '../../support/machine.ts';
import { planOfOne, publishedPlan } from '../../support/published-plan.ts';

describe('a plan for others to run', () => {
  let said = '';
  let told = '';
  beforeEach(() => {
    [said, told] = ['', ''];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      told += String(text);
      return true;
    });
  });
  afterEach(() => vi.restoreAllMocks());

  const options = { image: 'engine:1', memory: '64Gi' };

  it('is printed, one unit after another', () => {
    emitPlan(publishedPlan(), { form: 'systemd', folder: undefined, ...options });

    expect(said.match(/^# numagate-.*\.service$/gmu)).toHaveLength(3);
  });

  it('is YAML that holds each manifest, without references', () => {
    emitPlan(publishedPlan(), { form: 'kubernetes', folder: undefined, ...options });
    const documents = parseAllDocuments(said);

    expect(documents.map((document) => (document as { errors: unknown[] }).errors)).toEqual(
      Array(6).fill([]),
    );
    expect(said).not.toMatch(/[&*]a1/u);
  });

  it('is a configuration that the gateway takes, with the GPUs and the node of each replica', () => {
    using home = new PlantedMachine();
    emitPlan(publishedPlan(), { form: 'config', folder: home.root, ...options });
    const { replicas } = loadConfig(join(home.root, 'gateway.yaml'), { environment: {} });

    expect(replicas.map(({ gpus }) => gpus)).toEqual(
      publishedPlan().replicas.map(({ gpus }) => gpus),
    );
    expect(replicas).toMatchObject([
      { url: 'http://127.0.0.1:30000', id: 'sglang-0', numaNode: 0, kvCapacityTokens: 635_439 },
      { url: 'http://127.0.0.1:30010', id: 'sglang-1', numaNode: 1, kvCapacityTokens: 635_439 },
    ]);
  });

  it('is a configuration by which the gateway starts the engines itself, as planned', () => {
    using home = new PlantedMachine();
    const plan = publishedPlan();
    emitPlan(plan, { form: 'launch', folder: home.root, ...options });
    const { launch } = loadConfig(join(home.root, 'gateway.yaml'), { environment: {} });

    expect(launch.replicas.map(plannedReplica)).toMatchObject(
      plan.replicas.map(({ id, port, argv, gpus, cpus, memoryNodes, environment }) => ({
        id,
        port,
        argv,
        gpus,
        cpus,
        memoryNodes,
        environment,
      })),
    );
  });

  it('names no GPUs for a replica that has none', () => {
    emitPlan(planOfOne({ gpus: [] }), { form: 'config', folder: undefined, ...options });

    expect(said).toContain('id: sglang-0');
    expect(said).not.toContain('gpus');
  });

  it('names no node for a replica that crosses nodes', () => {
    emitPlan(planOfOne({ numaNodes: [0, 1] }), { form: 'config', folder: undefined, ...options });

    expect(said).toContain('id: sglang-0');
    expect(said).not.toContain('numaNode');
  });

  it('is written into a folder that is made for it', () => {
    using home = new PlantedMachine();
    const folder = join(home.root, 'a/b');
    emitPlan(publishedPlan(), { form: 'systemd', folder, ...options });

    expect(readdirSync(folder)).toHaveLength(3);
    expect(readFileSync(join(folder, 'numagate-gateway.service'), 'utf8')).toContain('[Service]');
    expect(told).toContain(`Wrote ${folder}/numagate-sglang-0.service, `);
    expect(said).toBe('');
  });

  it('is refused where it cannot be written', () => {
    using home = new PlantedMachine();
    const folder = join(home.file('file', '').root, 'file');
    const emit = (): void => emitPlan(publishedPlan(), { form: 'systemd', folder, ...options });

    expect(emit).toThrow(UsageError);
    expect(emit).toThrow(`--out ${folder} cannot be written: `);
  });
});
