import { describe, expect, it } from 'vitest';
import { OpenRequests } from '../../../../gateway/pipeline/open-requests.ts';
import {
  GAPS_TOLD_MAX,
  quietestRequests,
  requestPage,
} from '../../../../gateway/server/live/request-page.ts';
import { anExchange, aRecorder } from '../../../support/exchange.ts';
import { aStream } from '../../../support/live-view.ts';

describe('the page of an open request', () => {
  it('tells where it is, how far it has come, and the gaps between its outputs', () => {
    const open = new OpenRequests();
    const { recorder } = aStream(open, { requestId: 'a', tenant: 'acme' });
    recorder.model = 'llama';
    recorder.queueWaitMs = 3.21;
    recorder.promptTokensEstimate = 40;
    recorder.outputTokensEstimate = 60;
    for (const atMs of [100, 120.04, 160]) recorder.timer.output(atMs, 2);

    const [entered] = open.values();
    expect(entered && requestPage(entered, 200)).toEqual({
      requestId: 'a',
      tenant: 'acme',
      model: 'llama',
      priority: 0,
      phase: 'streaming',
      replica: 'r0',
      ageMs: 200,
      silentMs: 40,
      queueWaitMs: 3.2,
      promptTokens: 40,
      expectedOutputTokens: 60,
      outputTokens: 6,
      timeToFirstTokenMs: 100,
      timePerOutputTokenMs: 12,
      interTokenLatencyMaxMs: 40,
      outputs: 3,
      gapsMs: [20, 40],
    });
  });

  it.each([
    [GAPS_TOLD_MAX, 0],
    [GAPS_TOLD_MAX + 1, 1],
  ])('of %i gaps leaves the first %i out', (gaps, first) => {
    const open = new OpenRequests();
    const { timer } = aStream(open).recorder;
    let atMs = 0;
    for (let output = 0; output <= gaps; output += 1) timer.output((atMs += output));

    const [entered] = open.values();
    const told = entered === undefined ? [] : requestPage(entered, atMs).gapsMs;
    expect(told).toHaveLength(GAPS_TOLD_MAX);
    expect(told[0]).toBe(first + 1);
  });
});

describe('the quietest requests', () => {
  it('are those in which nothing has happened for longest, as many as are asked for', () => {
    const open = new OpenRequests();
    aStream(open, { requestId: 'lively' }).recorder.timer.output(900);
    aStream(open, { requestId: 'stalled' }).recorder.timer.output(200);
    open.enter(anExchange({ requestId: 'waits', recorder: aRecorder() }));

    const told = quietestRequests(open.values(), 2, 1_000);
    expect(told.map(({ requestId, silentMs }) => [requestId, silentMs])).toEqual([
      ['waits', 1_000],
      ['stalled', 800],
    ]);
    expect(quietestRequests(open.values(), 0, 1_000)).toEqual([]);
  });
});
