import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Admission, type AdmissionLimits, type Standing } from '../../routing/admission.ts';
import type { Candidate, InFlight, Replica } from '../../routing/replica.ts';
import {
  aCandidate,
  aLoad,
  aReplica,
  anInFlight,
  aRequest,
  otherTraffic,
} from '../support/builders.ts';

const justCome: Standing = {
  nowMs: 0,
  enteredMs: undefined,
  isNext: true,
  waitingRequests: 0,
};

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
      expect(anAdmission().verdict(aRequest(), [full, full], justCome)).toEqual({ kind: 'wait' });
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

      expect(verdict).toEqual({ kind: 'wait' });
    });

    it('hands a request that nobody can serve on to the router, which says why', () => {
      const down = [aCandidate({ state: 'ejected' })];

      expect(anAdmission().verdict(aRequest(), down, justCome)).toEqual({
        kind: 'admit',
        candidates: down,
      });
      expect(anAdmission().verdict(aRequest(), [], justCome).kind).toBe('admit');
    });

    it('lets nobody pass those who wait', () => {
      const standing = { ...justCome, isNext: false, waitingRequests: 3 };

      expect(anAdmission().verdict(aRequest(), [aCandidate()], standing)).toEqual({ kind: 'wait' });
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
    it('admits to everyone at once, room or not, turn or not', () => {
      const admission = anAdmission({ mode: 'pass-through' });
      const standing = { ...justCome, isNext: false, waitingRequests: 10 };

      expect(admission.verdict(aRequest(), [full], standing)).toEqual({
        kind: 'admit',
        candidates: [full],
      });
    });

    it('sends nothing past its deadline', () => {
      const admission = anAdmission({ mode: 'pass-through' });

      const verdict = admission.verdict(aRequest({ deadlineMs: 0 }), [aCandidate()], justCome);

      expect(verdict).toMatchObject({ kind: 'shed', reason: 'deadline-hopeless' });
    });
  });

  describe('at its bounds', () => {
    it('sheds who comes when the room is full, and not one earlier', () => {
      const verdict = (waitingRequests: number) =>
        anAdmission().verdict(aRequest(), [full], { ...justCome, isNext: false, waitingRequests });

      expect(verdict(9)).toEqual({ kind: 'wait' });
      expect(verdict(10)).toMatchObject({ kind: 'shed', reason: 'queue-full' });
    });

    it('admits past a full room who need not wait', () => {
      const standing = { ...justCome, waitingRequests: 10 };

      expect(anAdmission().verdict(aRequest(), [aCandidate()], standing).kind).toBe('admit');
    });

    it('never sheds for the full room who waits in it', () => {
      const standing = { ...justCome, enteredMs: 0, waitingRequests: 10 };

      expect(anAdmission().verdict(aRequest(), [full], standing)).toEqual({ kind: 'wait' });
    });

    it('sheds who has waited for as long as one may', () => {
      const verdict = (nowMs: number) =>
        anAdmission().verdict(aRequest(), [full], { ...justCome, nowMs, enteredMs: 100 });

      expect(verdict(1099)).toEqual({ kind: 'wait' });
      expect(verdict(1100)).toMatchObject({ kind: 'shed', reason: 'sojourn-exceeded' });
    });

    it('sheds at the deadline, even where there is room', () => {
      const request = aRequest({ deadlineMs: 500 });
      const verdict = (nowMs: number) =>
        anAdmission().verdict(request, [aCandidate()], { ...justCome, nowMs });

      expect(verdict(499).kind).toBe('admit');
      expect(verdict(500)).toMatchObject({ kind: 'shed', reason: 'deadline-hopeless' });
    });

    it('tells how long the queue takes to drain at its pace of late', () => {
      const admission = anAdmission();
      for (let nowMs = 0; nowMs < 60_000; nowMs += 500) {
        admission.verdict(aRequest(), [aCandidate()], { ...justCome, nowMs });
      }

      const verdict = admission.verdict(aRequest(), [full], {
        ...justCome,
        nowMs: 60_000,
        waitingRequests: 19,
      });

      if (verdict.kind !== 'shed') throw new Error(verdict.kind);
      expect(verdict.retryAfterMs / 10_000).toBeCloseTo(1, 1);
    });

    it('sends nobody back sooner than in a second or later than in a minute', () => {
      const quick = anAdmission({ waitingRequestsMax: 0 });
      for (let count = 0; count < 1000; count++)
        quick.verdict(aRequest(), [aCandidate()], justCome);

      const never = anAdmission({ waitingRequestsMax: 0 });

      expect(quick.verdict(aRequest(), [full], justCome)).toMatchObject({ retryAfterMs: 1000 });
      expect(never.verdict(aRequest(), [full], justCome)).toMatchObject({ retryAfterMs: 60_000 });
    });
  });
});
