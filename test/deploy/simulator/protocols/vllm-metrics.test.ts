import { describe, expect, it } from 'vitest';
import { PrometheusPage } from '../../../../deploy/simulator/prometheus-page.ts';
import {
  kvBlocks,
  writeVllmRequests,
} from '../../../../deploy/simulator/protocols/vllm-metrics.ts';
import { valueOn } from '../../../support/metrics-page.ts';
import { aReplicaView, thePreset } from '../../../support/simulator.ts';

describe('what vLLM counts of requests', () => {
  it('is of streamed and whole answers together', () => {
    const replica = aReplicaView();
    const { streamed, whole } = replica.observations;
    streamed.promptTokens.record(7);
    whole.promptTokens.record(3);
    streamed.outputTokens.record(2);
    whole.firstTokenSeconds.record(0.5);
    streamed.endToEndSeconds.record(4);
    const page = new PrometheusPage({});
    writeVllmRequests(page, replica, { engine: '0' });
    const text = page.text();

    expect(valueOn(text, 'vllm:request_prompt_tokens_sum{engine="0"}')).toBe(10);
    expect(valueOn(text, 'vllm:request_prompt_tokens_count{engine="0"}')).toBe(2);
    expect(valueOn(text, 'vllm:request_generation_tokens_sum{engine="0"}')).toBe(2);
    expect(valueOn(text, 'vllm:time_to_first_token_seconds_sum{engine="0"}')).toBe(0.5);
    expect(valueOn(text, 'vllm:e2e_request_latency_seconds_sum{engine="0"}')).toBe(4);
  });
});

describe('the blocks of a KV cache', () => {
  it.each([
    ['vllm-0.5.5-8xh100-tp8', 93_750],
    ['vllm-current-8xh100-tp8', 90_062],
  ])('of %s are %d', (name, blocks) => {
    expect(kvBlocks(aReplicaView({ preset: thePreset(name) }))).toBe(blocks);
  });

  it('are whole ones', () => {
    const preset = { ...thePreset('vllm-current-8xh100-tp8'), kvCapacityTokens: 47 };

    expect(kvBlocks(aReplicaView({ preset }))).toBe(2);
  });
});
