import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Admission,
  type AdmissionLimits,
  type Outlook,
  responsive,
  type Standing,
} from '../../routing/admission.ts';
import type { Candidate, InFlight, Replica } from '../../routing/replica.ts';
import { serviceMs } from '../../routing/service-time.ts';
import {
  aCandidate,
  aLoad,
  aReplica,
  anInFlight,
  aRequest,
  otherTraffic,
  replicas,
} from '../support/builders.ts';

const justCome: Standing = { nowMs: 0, enteredMs: 0 };

function anAdmission(limits: Partial<AdmissionLimits> = {}): Admission {
  return new Admission({
    mode: 'late-binding',
    waitingRequestsMax: 10,
    waitingMsMax: 1000,
    ...limits,
  });
}

/** A replica in the middle of its work: one request decodes, and more may be said of it. */
function busy(inFlight: Partial<InFlight> = {}, facts: Partial<Replica> = {}): Candidate {
  return aCandidate({
    replica: aReplica(facts),
    inFlight: anInFlight({ requests: 1, ...inFlight }),
  });
}

const full = busy({ kvTokensPeak: 600_000 });

describe('Admission', () => {
  describe('with late binding', () => {
    it('admits a request to the replicas that have room for it, and names them', () => {
      const roomy = busy({ kvTokensPeak: 100_000 });

      const verdict = anAdmission().verdict(aRequest(), [full, roomy], justCome);

      expect(verdict).toEqual({ kind: 'admit', candidates: [roomy] });
    });

    it('lets a request wait while no replica has room', () => {
      expect(anAdmission().verdict(aRequest(), [full, full], justCome)).toEqual({
        kind: 'wait',
        for: 'room',
      });
    });

    describe('of a prompt that a replica has in its cache', () => {
      const cached = { at: (id: string) => (id === 'holder' ? 8000 : 0) };
      const request = aRequest({ promptTokens: 9000, expectedOutputTokens: 100, cached });
      const roomy = busy({}, { id: 'roomy' });
      const holderThatComputes = (prefillTokens: number): Candidate =>
        busy({ prefillTokens }, { id: 'holder' });

      it('counts only what is left to compute and to hold', () => {
        const admit = (inFlight: Partial<InFlight>) =>
          anAdmission().verdict(request, [busy(inFlight, { id: 'holder' })], justCome).kind;

        expect(admit({ prefillTokens: 7192 })).toBe('admit');
        expect(admit({ prefillTokens: 7193 })).toBe('wait');
        expect(admit({ kvTokensPeak: 598_900 })).toBe('admit');
        expect(admit({ kvTokensPeak: 598_901 })).toBe('wait');
      });

      it('waits for the holder as long as that is sooner than to compute the prompt elsewhere', () => {
        const judge = (prefillTokens: number) =>
          anAdmission().verdict(request, [holderThatComputes(prefillTokens), roomy], justCome);

        expect(judge(7999).kind).toBe('wait');
        expect(judge(8000)).toEqual({ kind: 'admit', candidates: [roomy] });
      });

      it('waits no more once it has waited as long as that would have taken', () => {
        const prefillMs = (9000 * 1000) / roomy.speed.prefillTokensPerSecond;
        const judge = (waitedMs: number) => {
          const standing = { ...justCome, nowMs: waitedMs, enteredMs: 0 };
          const candidates = [holderThatComputes(7500), roomy];
          return anAdmission().verdict(request, candidates, standing).kind;
        };
        const leftMs = prefillMs - (8500 * 1000) / roomy.speed.prefillTokensPerSecond;

        expect(judge(leftMs - 1)).toBe('wait');
        expect(judge(leftMs + 1)).toBe('admit');
      });

      it('does not wait for a holder without memory for it', () => {
        const holder = busy({ kvTokensPeak: 599_000 }, { id: 'holder' });

        expect(anAdmission().verdict(request, [holder, roomy], justCome).kind).toBe('admit');
      });

      it('does not wait for one that takes no requests', () => {
        const gone = { ...holderThatComputes(7193), state: 'ejected' as const };

        expect(anAdmission().verdict(request, [gone, roomy], justCome).kind).toBe('admit');
      });
    });

    it('fills a replica up to its KV capacity and not one token more', () => {
      const request = aRequest({ promptTokens: 2000, expectedOutputTokens: 1000 });
      const admit = (kvTokensPeak: number) =>
        anAdmission().verdict(request, [busy({ kvTokensPeak })], justCome).kind;

      expect(admit(597_000)).toBe('admit');
      expect(admit(597_001)).toBe('wait');
    });

    it('counts what paged blocks lose at their ends', () => {
      const request = aRequest({ promptTokens: 2000, expectedOutputTokens: 1000 });
      const admit = (kvTokensPeak: number) => {
        const candidate = busy({ requests: 9, kvTokensPeak }, { kvBlockTokens: 16 });
        return anAdmission().verdict(request, [candidate], justCome).kind;
      };

      expect(admit(597_000 - 150)).toBe('admit');
      expect(admit(597_000 - 149)).toBe('wait');
    });

    it('leaves room for what others hold', () => {
      const request = aRequest({ promptTokens: 2000, expectedOutputTokens: 1000 });
      const admit = (kvTokens: number) => {
        const candidate = {
          ...busy({ kvTokensPeak: 500_000 }),
          others: otherTraffic({ kvTokens }),
        };
        return anAdmission().verdict(request, [candidate], justCome).kind;
      };

      expect(admit(97_000)).toBe('admit');
      expect(admit(97_001)).toBe('wait');
    });

    it('takes a replica of unknown capacity to have room', () => {
      const candidate = busy({ kvTokensPeak: 9e9 }, { kvCapacityTokens: undefined });

      expect(anAdmission().verdict(aRequest(), [candidate], justCome).kind).toBe('admit');
    });

    it('sends no more than an engine runs at a time, where it tells', () => {
      const admit = (requests: number, runningRequestsMax?: number) => {
        const told = runningRequestsMax === undefined ? {} : { runningRequestsMax };
        const candidate = {
          ...busy({ requests }),
          others: otherTraffic({ requests: 6 }),
          load: aLoad(told),
        };
        return anAdmission().verdict(aRequest(), [candidate], justCome).kind;
      };

      expect(admit(249, 256)).toBe('admit');
      expect(admit(250, 256)).toBe('wait');
      expect(admit(250)).toBe('admit');
    });

    it('sends about one prefill step ahead, 8192 tokens unless told otherwise', () => {
      const admit = (promptTokens: number, prefillTokensMax?: number) =>
        anAdmission({ prefillTokensMax }).verdict(
          aRequest({ promptTokens }),
          [busy({ prefillTokens: 6000 })],
          justCome,
        ).kind;

      expect(admit(2192)).toBe('admit');
      expect(admit(2193)).toBe('wait');
      expect(admit(1000, 7000)).toBe('admit');
      expect(admit(1001, 7000)).toBe('wait');
    });

    it('gives a replica with nothing to prefill a prompt of any length', () => {
      const candidate = busy({ prefillTokens: 0 });

      const verdict = anAdmission().verdict(
        aRequest({ promptTokens: 100_000 }),
        [candidate],
        justCome,
      );

      expect(verdict.kind).toBe('admit');
    });

    it('never leaves a replica idle, however much the work or the others there', () => {
      const huge = aRequest({ promptTokens: 700_000, expectedOutputTokens: 100_000 });
      const idle = aCandidate({ others: otherTraffic({ requests: 99, kvTokens: 600_000 }) });

      expect(anAdmission().verdict(huge, [full, idle], justCome)).toEqual({
        kind: 'admit',
        candidates: [idle],
      });
    });

    it('does not count room at replicas that cannot take the request', () => {
      const excluded = aCandidate({ replica: aReplica({ id: 'excluded' }) });
      const strangers: Candidate[] = [
        aCandidate({ state: 'draining' }),
        aCandidate({ state: 'ejected' }),
        aCandidate({ state: 'starting' }),
        aCandidate({ replica: aReplica({ models: ['qwen'] }) }),
        excluded,
      ];
      const request = aRequest({ excluded: new Set(['excluded']) });

      const verdict = anAdmission().verdict(request, [...strangers, full], justCome);

      expect(verdict).toEqual({ kind: 'wait', for: 'room' });
    });

    it('hands a request that nobody can serve on to the router, which says why', () => {
      const down = [aCandidate({ state: 'ejected' })];

      expect(anAdmission().verdict(aRequest(), down, justCome)).toEqual({
        kind: 'admit',
        candidates: down,
      });
      expect(anAdmission().verdict(aRequest(), [], justCome).kind).toBe('admit');
    });

    it('keeps off a replica that is held for somebody else', () => {
      const held = aCandidate({ replica: aReplica({ id: 'held' }) });
      const other = busy({}, { id: 'other' });
      const standing: Standing = { ...justCome, isClosed: (id) => id === 'held' };

      expect(anAdmission().verdict(aRequest(), [held], standing)).toEqual({
        kind: 'wait',
        for: 'room',
      });
      expect(anAdmission().verdict(aRequest(), [held, other], standing)).toEqual({
        kind: 'admit',
        candidates: [other],
      });
    });

    it('is work conserving: whoever is next runs wherever a replica is idle', () => {
      const load = fc.record({
        requests: fc.nat(3),
        prefillTokens: fc.nat(20_000),
        kvTokensPeak: fc.nat(700_000),
      });
      const lengths = fc.record({ promptTokens: fc.nat(9e5), expectedOutputTokens: fc.nat(9e5) });
      fc.assert(
        fc.property(fc.array(load, { minLength: 1, maxLength: 6 }), lengths, (loads, asked) => {
          const given = loads.map((one) => busy(one));
          const verdict = anAdmission().verdict(aRequest(asked), given, justCome);

          if (loads.some(({ requests }) => requests === 0)) expect(verdict.kind).toBe('admit');
        }),
      );
    });
  });

  describe('as a pass-through', () => {
    it('admits to everyone at once, room or not', () => {
      const admission = anAdmission({ mode: 'pass-through' });

      expect(admission.verdict(aRequest(), [full], justCome)).toEqual({
        kind: 'admit',
        candidates: [full],
      });
    });

    it('sends nothing past its deadline', () => {
      const admission = anAdmission({ mode: 'pass-through' });

      const verdict = admission.verdict(aRequest({ deadlineMs: 0 }), [aCandidate()], justCome);

      expect(verdict).toMatchObject({ kind: 'shed', reason: 'deadline-passed' });
    });
  });

  describe('at its bounds', () => {
    it('sheds who has waited for as long as one may', () => {
      const verdict = (nowMs: number) =>
        anAdmission().verdict(aRequest(), [full], { nowMs, enteredMs: 100 });

      expect(verdict(1099)).toEqual({ kind: 'wait', for: 'room' });
      expect(verdict(1100)).toMatchObject({ kind: 'shed', reason: 'sojourn-exceeded' });
    });

    it('sheds at the deadline, even where there is room', () => {
      const request = aRequest({ deadlineMs: 500 });
      const verdict = (nowMs: number) =>
        anAdmission().verdict(request, [aCandidate()], { nowMs, enteredMs: 0 });

      expect(verdict(499).kind).toBe('admit');
      expect(verdict(500)).toMatchObject({ kind: 'shed', reason: 'deadline-passed' });
    });
  });

  describe('before it lets one wait', () => {
    const outlook: Outlook = {
      nowMs: 0,
      overfull: undefined,
      waitMs: undefined,
      msPerToken: undefined,
    };

    it.each([
      ['requests', 'queue-full'],
      ['bytes', 'queue-bytes-full'],
      ['tokens', 'queue-tokens-full'],
    ] as const)('refuses what is too much of %s as %s', (overfull, reason) => {
      const refusal = anAdmission().refusal(aRequest(), [full], { ...outlook, overfull });

      expect(refusal).toBe(reason);
    });

    it('refuses nobody of whose wait nothing is known', () => {
      const request = aRequest({ deadlineMs: 1 });

      expect(anAdmission().refusal(request, [full], outlook)).toBeUndefined();
    });

    it('refuses who would wait longer than one may, and not a millisecond less', () => {
      const refusal = (waitMs: number) =>
        anAdmission().refusal(aRequest(), [full], { ...outlook, waitMs });

      expect(refusal(1000)).toBeUndefined();
      expect(refusal(1001)).toBe('queue-too-long');
    });

    it('refuses who would wait past its deadline, and not a millisecond less', () => {
      const refusal = (waitMs: number) =>
        anAdmission().refusal(aRequest({ deadlineMs: 600 }), [full], {
          ...outlook,
          nowMs: 500,
          waitMs,
        });

      expect(refusal(100)).toBeUndefined();
      expect(refusal(101)).toBe('deadline-hopeless');
    });

    it('reckons with a quarter more than its answer takes, once the pace of streams is known', () => {
      const takesMs = 1.25 * serviceMs(aRequest(), full, 40);
      const refusal = (waitMs: number) =>
        anAdmission().refusal(aRequest({ deadlineMs: 100 + takesMs }), [full], {
          ...outlook,
          waitMs,
          msPerToken: 40,
        });

      expect(refusal(100)).toBeUndefined();
      expect(refusal(101)).toBe('deadline-hopeless');
    });

    it('reckons with the quickest of those who can serve it', () => {
      const slow = busy({ requests: 500 });
      const stranger = { ...full, state: 'ejected' as const };
      const takesMs = 1.25 * serviceMs(aRequest(), full, 1);
      const refusal = (candidates: readonly Candidate[]) =>
        anAdmission().refusal(aRequest({ deadlineMs: takesMs + 10 }), candidates, {
          ...outlook,
          waitMs: 1,
          msPerToken: 1,
        });

      expect(refusal([slow, full])).toBeUndefined();
      expect(refusal([slow, stranger])).toBe('deadline-hopeless');
    });

    it('refuses nobody where a replica stands idle, whatever the pace of others', () => {
      const request = aRequest({ deadlineMs: 10 });
      const refusal = (candidates: readonly Candidate[]) =>
        anAdmission().refusal(request, candidates, { ...outlook, msPerToken: 1000 });

      expect(refusal([full, aCandidate()])).toBeUndefined();
      expect(refusal([full])).toBe('deadline-hopeless');
    });

    it('refuses no sooner for a shorter wait', () => {
      const waits = fc.nat({ max: 2000 });
      fc.assert(
        fc.property(waits, waits, fc.nat({ max: 60_000 }), (one, other, deadlineMs) => {
          const refusal = (waitMs: number) =>
            anAdmission().refusal(aRequest({ deadlineMs }), [full], { ...outlook, waitMs });
          const isRefused = refusal(Math.max(one, other)) !== undefined;

          if (!isRefused) expect(refusal(Math.min(one, other))).toBeUndefined();
        }),
      );
    });
  });

  it('sends nobody back sooner than in a second or later than in a minute', () => {
    const admission = anAdmission();

    expect(admission.retryAfterMs(undefined)).toBe(1000);
    expect(admission.retryAfterMs(999)).toBe(1000);
    expect(admission.retryAfterMs(10_000)).toBe(10_000);
    expect(admission.retryAfterMs(60_001)).toBe(60_000);
  });

  describe('for one who is passed over', () => {
    it.each([
      [100, 8192],
      [20_000, 21_000],
    ])('lets pass as much as it wants itself, and a prefill step: %d, %d', (promptTokens, most) => {
      const request = aRequest({ promptTokens, expectedOutputTokens: 1000 });

      expect(anAdmission().isOverdue(request, most - 1)).toBe(false);
      expect(anAdmission().isOverdue(request, most)).toBe(true);
    });

    const nobody = (): boolean => false;

    it('holds the replica whose KV cache lacks least, then the one that prefills soonest', () => {
      const lacking = busy({ kvTokensPeak: 599_000 }, { id: 'lacking' });
      const slow = busy({ prefillTokens: 8000 }, { id: 'slow' });
      const soon = busy({ prefillTokens: 7000 }, { id: 'soon' });

      expect(anAdmission().toHold(aRequest(), [lacking, slow, soon], nobody)).toBe('soon');
      expect(anAdmission().toHold(aRequest(), [full, lacking], nobody)).toBe('lacking');
    });

    it('holds nobody who is held', () => {
      expect(anAdmission().toHold(aRequest(), [full], () => true)).toBeUndefined();
    });

    it('holds nobody who cannot serve it', () => {
      const ejected = { ...busy(), state: 'ejected' as const };

      expect(anAdmission().toHold(aRequest(), [ejected], nobody)).toBeUndefined();
    });

    it.each([
      [1, 0],
      [7, 0],
      [8, 1],
      [12, 2],
    ])('holds a quarter of %d replicas and one at least: beside %d', (count, others) => {
      const given = replicas(count).map((replica) => busy({}, replica));
      const beside = (held: number) =>
        anAdmission().canHoldMore(given, (id) =>
          given.slice(0, held).some((one) => one.replica.id === id),
        );

      expect(beside(others)).toBe(true);
      expect(beside(others + 1)).toBe(false);
    });

    it('no longer waits for who has its prompt in the cache', () => {
      const holder = busy({ prefillTokens: 6000 }, { id: 'holder' });
      const roomy = busy({}, { id: 'roomy' });
      const cached = { at: (id: string) => (id === 'holder' ? 19_000 : 0) };
      const request = aRequest({ promptTokens: 20_000, cached });
      const verdict = (standing: Partial<Standing>) =>
        anAdmission({ prefillTokensMax: 6500 }).verdict(request, [holder, roomy], {
          ...justCome,
          ...standing,
        });

      const wait = verdict({});
      expect(wait).toMatchObject({ kind: 'wait', for: 'cache' });
      expect(verdict({ isOverdue: true }).kind).toBe('admit');
      const untilMs = 'untilMs' in wait ? wait.untilMs : Number.NaN;
      expect(verdict({ nowMs: untilMs - 1 })).toEqual(wait);
      expect(verdict({ nowMs: untilMs }).kind).toBe('admit');
    });
  });
});

describe('a gateway that hands everything on', () => {
  it('refuses nobody by a forecast', () => {
    const request = aRequest({ deadlineMs: 1000 });
    const outlook = { nowMs: 0, waitMs: 0, msPerToken: 400 };
    const isHopeless = (mode: AdmissionLimits['mode']): boolean =>
      anAdmission({ mode }).isHopeless(request, [busy()], outlook);

    expect(isHopeless('late-binding')).toBe(true);
    expect(isHopeless('pass-through')).toBe(false);
  });
});

describe('a replica that owes an answer', () => {
  const quiet = aCandidate({ replica: aReplica({ id: 'quiet' }), isQuiet: true });
  const other = aCandidate({ replica: aReplica({ id: 'other' }) });
  const stranger = aCandidate({ replica: aReplica({ id: 'stranger', models: ['other'] }) });
  const standing = { nowMs: 0, enteredMs: 0 };
  const limits = { waitingRequestsMax: 1, waitingMsMax: 1_000 };

  it('has no room, not even where it is alone', () => {
    const admission = new Admission({ mode: 'late-binding', ...limits });
    const verdict = admission.verdict(aRequest(), [quiet, other], standing);
    expect(verdict).toEqual({ kind: 'admit', candidates: [other] });
    expect(admission.verdict(aRequest(), [quiet], standing)).toEqual({ kind: 'wait', for: 'room' });
  });

  it('is passed by as long as another one can serve the request', () => {
    expect(responsive(aRequest(), [quiet, other])).toEqual([other]);
    expect(responsive(aRequest(), [quiet, stranger])).toEqual([quiet, stranger]);
    const passing = new Admission({ mode: 'pass-through', ...limits });
    const verdict = passing.verdict(aRequest(), [quiet, other], standing);
    expect(verdict).toEqual({ kind: 'admit', candidates: [other] });
  });
});

describe('a replica that has just come back', () => {
  it('has room up to as many requests as it may have, and not for one more', () => {
    const limits = { waitingRequestsMax: 1, waitingMsMax: 1_000 };
    const admission = new Admission({ mode: 'late-binding', ...limits });
    const verdictWith = (requests: number) => {
      const candidate = aCandidate({ inFlight: anInFlight({ requests }), requestsMax: 8 });
      return admission.verdict(aRequest(), [candidate], { nowMs: 0, enteredMs: 0 }).kind;
    };
    expect([verdictWith(7), verdictWith(8)]).toEqual(['admit', 'wait']);
  });
});
