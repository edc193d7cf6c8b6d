import { describe, expect, it } from 'vitest';
import { learnedOutput, toldOutput } from '../../../../gateway/replay/virtual/output-knowledge.ts';
import type { WorkloadRequest } from '../../../../gateway/replay/workload.ts';

const request: WorkloadRequest = {
  index: 0,
  arrivalMs: 0,
  promptTokens: 100,
  outputTokens: 700,
  prompt: { kind: 'text', text: '' },
};

describe('what is known of the output', () => {
  it('is what was asked for, where requests get as many tokens as they ask for', () => {
    toldOutput.learn(request, 5);

    expect(toldOutput.outlook(request).expectedTokens(0)).toBe(700);
  });

  it('is learned of earlier answers, whatever this one will be', () => {
    const knowledge = learnedOutput(undefined);
    for (let answers = 0; answers < 50; answers++) knowledge.learn(request, 1000);

    const expected = knowledge.outlook({ ...request, outputTokens: 3 }).expectedTokens(0);

    expect(expected).toBeGreaterThan(900);
    expect(expected).toBeLessThan(1100);
  });

  it('never expects more than the asked maximum', () => {
    const knowledge = learnedOutput(200);
    for (let answers = 0; answers < 50; answers++) knowledge.learn(request, 1000);

    expect(knowledge.outlook(request).expectedTokens(0)).toBeLessThanOrEqual(200);
  });

  it('is learned for each tenant by itself', () => {
    const knowledge = learnedOutput(4096);
    const of = (tenant: string): WorkloadRequest => ({ ...request, tenant });
    for (let answers = 0; answers < 50; answers++) {
      knowledge.learn(of('brief'), 20);
      knowledge.learn(of('wordy'), 2000);
    }

    expect(knowledge.outlook(of('brief')).expectedTokens(0)).toBeLessThan(200);
    expect(knowledge.outlook(of('wordy')).expectedTokens(0)).toBeGreaterThan(1500);
  });
});
