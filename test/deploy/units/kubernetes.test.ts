import { describe, expect, it } from 'vitest';

import { kubernetesManifests } from '../../../deploy/units/kubernetes.ts';
import { planOfOne, publishedPlan } from '../../support/published-plan.ts';

const options = { image: 'engine:1', memory: '64Gi' };

describe('the Kubernetes manifests of a plan', () => {
  const manifests = kubernetesManifests(publishedPlan(), options);

  it('are a Deployment, a Service and a budget for each replica', () => {
    expect(
      manifests.map(({ kind, metadata }) => [kind, (metadata as { name: string }).name]),
    ).toEqual([
      ['Deployment', 'sglang-0'],
      ['Service', 'sglang-0'],
      ['PodDisruptionBudget', 'sglang-0'],
      ['Deployment', 'sglang-1'],
      ['Service', 'sglang-1'],
      ['PodDisruptionBudget', 'sglang-1'],
    ]);
  });

  it('ask for GPUs and whole CPUs with limits equal to requests, and name none of them', () => {
    const text = JSON.stringify(manifests[0]);
    const amount = '{"nvidia.com/gpu":"4","cpu":"180","memory":"64Gi"}';

    expect(text).toContain(`"resources":{"requests":${amount},"limits":${amount}}`);
    expect(text).not.toContain('CUDA_VISIBLE_DEVICES');
    expect(text).toContain('"numagate/cpus":"6-95,198-287"');
  });

  it('have the engine listen where the Service finds it', () => {
    const text = JSON.stringify(manifests);

    expect(text).toContain('"--host","0.0.0.0","--port","30000"');
    expect(text).toContain('"port":30010,"targetPort":"http"');
  });

  it('have names that DNS takes, and one CPU where none is known', () => {
    const text = JSON.stringify(
      kubernetesManifests(planOfOne({ id: 'Llama.cpp-0', cpus: [] }), options),
    );

    expect(text).toContain('"name":"llama-cpp-0"');
    expect(text).toContain('"cpu":"1"');
  });
});
