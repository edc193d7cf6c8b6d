import { describe, expect, it } from 'vitest';
import { TOO_LONG_SECONDS } from '../../../routing/policies/catalog.ts';
import { explanation } from '../../../gateway/cli/explanation.ts';
import { aCandidatePage, aDecisionPage, anOutcomePage } from '../../support/decision-pages.ts';

type Facts = NonNullable<Parameters<typeof aDecisionPage>[0]>;

function told(...decisions: readonly Facts[]): string {
  return explanation(decisions.map((facts) => aDecisionPage(facts)));
}

/** The same with broken lines put together again. */
function toldAtLength(facts: Facts): string {
  return told(facts).replaceAll('\n  ', ' ');
}

describe('the explanation of a request', () => {
  it('says who was picked, when and with what it was reckoned', () => {
    expect(told({})).toMatch(
      /^Request request-0: model llama, tenant acme\n\nkv-aware picked node0 at 08:35:20\.672 UTC\.\nIt did not wait\.\nReckoned with 4,096 prompt tokens and 1,024 of output\.\n\n/u,
    );
    expect(told({})).toMatch(/> node0 [^]*\n\nIt goes on\.$/u);
  });

  it('says why one was not ready where that is known', () => {
    const dropped = [
      { replica: 'node1', filter: 'ready', reason: 'GPU 3: it is lost' },
      { replica: 'node2', filter: 'ready' },
    ];

    expect(told({ dropped })).toContain(
      'Left out by ready (not ready): node1 (GPU 3: it is lost), node2',
    );
  });

  it('says what it waited for and behind whom', () => {
    const wait = {
      ms: 8970,
      lacked: 'turn',
      waitingRequests: 2,
      servedRequests: 2,
      lastServed: ['q-7', 'q-8'],
    } as const;

    expect(told({ wait })).toContain(
      'It waited 8.97 s for its turn; 2 waited when it came, 2 were served meanwhile, last q-7, q-8.',
    );
    expect(
      told({ wait: { ...wait, lacked: 'room', servedRequests: 0, lastServed: [] } }),
    ).toContain('for room on a replica; 2 waited when it came, 0 were served meanwhile.');
  });

  it('says who was left out by what, and in words what that means', () => {
    const many = Array.from({ length: 10 }, (_, index) => ({
      replica: `r${index}`,
      filter: 'head-room',
    }));
    const text = told({ dropped: [...many, { replica: 'away', filter: 'of-mine' }] });

    expect(text).toContain(
      'Left out by head-room (no room for it then): r0, r1, r2, r3, r4, r5, r6, r7 and 2 more',
    );
    expect(text).toContain('Left out by of-mine: away');
  });

  it('puts beside what came what was expected', () => {
    const candidates = [aCandidatePage({ cachedTokens: 2048 })];
    const text = told({ candidates, outcome: anOutcomePage({ cachedTokens: 2000 }) });

    expect(text.split('\n').slice(-5)).toEqual([
      'Ended as 200 after 14.2 s.',
      'First token 1.73 s after it came, 523 ms after it was sent, predicted 500 ms.',
      'Output 998 tokens, expected 1,024.',
      'Prompt 4,100 tokens, expected 4,096.',
      'Cached 2,000 tokens, expected 2,048.',
    ]);
  });

  it('predicts nothing where the policy reckons no prefill', () => {
    const candidates = [aCandidatePage({ seconds: { 'in-flight': 1 } })];

    expect(told({ candidates, outcome: anOutcomePage() })).toContain('after it was sent.\n');
  });

  it('leaves out what is not known of an answer that failed', () => {
    const outcome = anOutcomePage({
      status: 502,
      error: 'engine_failed',
      timeToFirstTokenMs: null,
      prefillMs: null,
      promptTokens: null,
      outputTokens: null,
    });

    expect(told({ outcome })).toMatch(/\n\nEnded as 502 \(engine_failed\) after 14\.2 s\.$/u);
  });

  it('tells each decision on a request that was tried twice', () => {
    const failed = anOutcomePage({ status: null, error: 'engine_unreachable', durationMs: 20 });
    const text = told(
      { outcome: failed },
      { decision: 2, replica: 'node1', outcome: anOutcomePage() },
    );

    expect(text).toContain('Decision 1: kv-aware picked node0');
    expect(text).toContain('Failed (engine_unreachable) after 20 ms.');
    expect(text).toContain('Decision 2: kv-aware picked node1');
    expect(text).toContain('A retry does not wait.');
    expect(text.match(/Request request-0/gu)).toHaveLength(1);
  });

  it('tells a refusal with and without a look at the replicas', () => {
    const nobody = { replica: null, candidates: [], outcome: anOutcomePage({ status: 503 }) };

    expect(told({ ...nobody, policy: null, refusal: 'saturated' })).toContain(
      'refused (saturated) at 08:35:20.672 UTC, no replica was looked for.',
    );
    expect(told({ ...nobody, refusal: 'no_replica' })).toContain(
      'refused (no_replica) at 08:35:20.672 UTC: kv-aware found nobody.',
    );
  });

  it('tells in words where the request is too long for one of both picks', () => {
    const shadow = { policy: 'least-requests', replica: 'node1', agrees: false };
    const byActing = { actingSeconds: 1, shadowSeconds: TOO_LONG_SECONDS + 1 };
    const byShadow = { actingSeconds: TOO_LONG_SECONDS + 1, shadowSeconds: 1 };

    expect(toldAtLength({ shadow: { ...shadow, byActing, byShadow } })).toContain(
      'would have picked node1: with too short a context by kv-aware costs, with a longer context by its own costs.',
    );
  });

  it('tells what a shadow would have done, and what that costs by whose reckoning', () => {
    const picks = { actingSeconds: 1, shadowSeconds: 1.5 };
    const shadow = { policy: 'least-requests', replica: 'node1', agrees: false };

    expect(
      toldAtLength({
        shadow: { ...shadow, byActing: picks, byShadow: { ...picks, actingSeconds: 2 } },
      }),
    ).toContain(
      'Shadow least-requests would have picked node1: 500 ms dearer by kv-aware costs, 500 ms cheaper by its own costs.',
    );
    expect(
      told({ shadow: { ...shadow, replica: 'node0', byActing: picks, byShadow: undefined } }),
    ).toContain('Shadow least-requests would have picked it too.');
    expect(
      told({
        shadow: { ...shadow, byActing: { ...picks, shadowSeconds: 1 }, byShadow: undefined },
      }),
    ).toContain('would have picked node1: as cheap by kv-aware costs.');
  });

  it('fits a hundred columns', () => {
    const lastServed = ['a', 'b', 'c'].map((id) => id.repeat(60));
    const wait = { ms: 10, lacked: 'turn', waitingRequests: 1, servedRequests: 3 } as const;
    const text = told({ wait: { ...wait, lastServed } });

    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it('says so where there is none', () => {
    expect(explanation([])).toBe('No decision.');
  });
});
