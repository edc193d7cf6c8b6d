import { describe, expect, it } from 'vitest';
import { expectedSilenceMs } from '../../routing/expected-silence.ts';
import { Fleet, LOOK_MS } from '../../routing/fleet.ts';
import type { Candidate, Speed } from '../../routing/replica.ts';
import { defaultSpeed } from '../../routing/speed.ts';
import { aLoad, aReplica, aRequest, replicas } from '../support/builders.ts';

const lengths = { promptTokens: 100, expectedOutputTokens: 50 };

function fleetOf(count: number): Fleet {
  const fleet = new Fleet();
  for (const replica of replicas(count)) fleet.join(replica);
  return fleet;
}

/** The figures alone, without what they are fitted with. */
function figures(speed: Speed | undefined): Speed | undefined {
  if (speed === undefined) return undefined;
  const { prefillTokensPerSecond, decodeStepMs, decodeStepMsPerRequest, decodeStepMsPerKvToken } =
    speed;
  return { prefillTokensPerSecond, decodeStepMs, decodeStepMsPerRequest, decodeStepMsPerKvToken };
}

/** The only candidate of a fleet of one. */
function only(fleet: Fleet, nowMs = 0): Candidate {
  const [candidate] = fleet.candidates(nowMs);
  if (candidate === undefined) throw new Error('the fleet is empty');
  return candidate;
}

describe('Fleet', () => {
  it('is empty at first', () => {
    const fleet = new Fleet();

    expect(fleet.candidates(0)).toEqual([]);
    expect(fleet.replicas()).toEqual([]);
  });

  it('keeps replicas in the order in which they joined', () => {
    const fleet = new Fleet();
    for (const id of ['c', 'a', 'b']) fleet.join(aReplica({ id }));
    fleet.leave('a');
    fleet.join(aReplica({ id: 'a' }));

    expect(fleet.replicas().map(({ id }) => id)).toEqual(['c', 'b', 'a']);
    expect(fleet.candidates(0).map(({ replica }) => replica.id)).toEqual(['c', 'b', 'a']);
  });

  it('takes a replica in as starting, idle, of default speed and unknown load', () => {
    const candidate = only(fleetOf(1));

    expect(candidate.state).toBe('starting');
    expect(candidate.load).toBeUndefined();
    expect(candidate.loadAgeMs).toBe(Infinity);
    expect(figures(candidate.speed)).toEqual(defaultSpeed);
    expect(candidate.inFlight.requests).toBe(0);
    expect(candidate.others.requests).toBe(0);
  });

  it('takes the speed of a replica where it is known', () => {
    const fleet = new Fleet();
    const speed = { ...defaultSpeed, prefillTokensPerSecond: 12_863 };

    fleet.join(aReplica(), speed);

    expect(figures(only(fleet).speed)).toEqual(speed);
  });

  it('takes a newcomer to be as fast as its peers of the same engine and model have proved to be', () => {
    const fleet = new Fleet();
    const speed = { ...defaultSpeed, decodeStepMs: 40 };
    fleet.join(aReplica({ id: 'peer' }), speed);
    fleet.join(aReplica({ id: 'newcomer' }));
    fleet.join(aReplica({ id: 'other-engine', engine: 'sglang' }));
    fleet.join(aReplica({ id: 'other-model', models: ['qwen'] }));

    const steps = fleet.candidates(0).map((candidate) => candidate.speed.decodeStepMs);
    expect(steps).toEqual([40, 40, defaultSpeed.decodeStepMs, defaultSpeed.decodeStepMs]);
  });

  it('learns from the streams of a replica how fast it is', () => {
    const fleet = fleetOf(2);
    fleet.candidates(0);
    const stream = fleet.reserve('replica-0', { ...lengths, nowMs: 0 });
    stream.firstToken();

    for (let nowMs = 50; nowMs <= 10_000; nowMs += 50) {
      stream.outputTokens += 1;
      fleet.candidates(nowMs);
    }

    const [busy, idle] = fleet.candidates(10_000);
    expect(busy?.speed.decodeStepMs).toBeCloseTo(50, -1);
    expect(figures(idle?.speed)).toEqual(defaultSpeed);
  });

  it('takes peers whose fits hardly differ for equally fast', () => {
    const fleet = fleetOf(2);
    const streams = ['replica-0', 'replica-1'].map((id) => {
      const stream = fleet.reserve(id, { ...lengths, nowMs: 0 });
      stream.firstToken();
      return stream;
    });

    for (let nowMs = 100; nowMs <= 20_000; nowMs += 100) {
      for (const [index, stream] of streams.entries()) stream.outputTokens += index === 0 ? 5 : 4;
      fleet.candidates(nowMs);
    }

    const [one, other] = fleet.candidates(20_000);
    expect(one?.speed).toBe(other?.speed);
    expect(one?.speed.decodeStepMs).not.toBeCloseTo(defaultSpeed.decodeStepMs, 0);
  });

  it('learns nothing from the time that a replica had nothing to do', () => {
    const fleet = fleetOf(1);
    const { decodeStepMs, decodeStepMsPerRequest } = defaultSpeed;
    const stepMs = decodeStepMs + decodeStepMsPerRequest;

    for (let turn = 0; turn < 20; turn++) {
      const startMs = turn * 60_000;
      const stream = fleet.reserve('replica-0', { ...lengths, nowMs: startMs });
      stream.firstToken();
      for (let step = 1; step <= 50; step++) {
        stream.outputTokens += 1;
        fleet.candidates(startMs + step * stepMs);
      }
      stream.release();
      fleet.candidates(startMs + 30_000);
    }

    expect(only(fleet).speed.decodeStepMs).toBeCloseTo(decodeStepMs, 0);
  });

  it('refuses to count one replica twice', () => {
    const fleet = fleetOf(1);

    expect(() => fleet.join(aReplica())).toThrow('replica-0 joins twice');
  });

  it('tells the state that it was told', () => {
    const fleet = fleetOf(1);

    for (const state of ['ready', 'draining', 'ejected', 'starting'] as const) {
      fleet.setState('replica-0', state);
      expect(fleet.state('replica-0')).toBe(state);
      expect(only(fleet).state).toBe(state);
    }
    expect(fleet.state('replica-9')).toBeUndefined();
  });

  it('tells why a replica is in its state, until it is in another', () => {
    const fleet = fleetOf(1);
    fleet.setState('replica-0', 'draining', 'GPU 3: it is lost');
    expect(only(fleet).stateReason).toBe('GPU 3: it is lost');

    fleet.setState('replica-0', 'ready');
    expect(only(fleet).stateReason).toBeUndefined();
  });

  it('keeps state and requests when a replica tells more about itself', () => {
    const fleet = fleetOf(1);
    fleet.setState('replica-0', 'ready');
    fleet.reserve('replica-0', { ...lengths, nowMs: 0 });

    fleet.update(aReplica({ kvCapacityTokens: 42 }));

    const candidate = only(fleet);
    expect(candidate.replica.kvCapacityTokens).toBe(42);
    expect(fleet.replicas()[0]?.kvCapacityTokens).toBe(42);
    expect(candidate.state).toBe('ready');
    expect(candidate.inFlight.requests).toBe(1);
  });

  it('ignores news of a replica that has left', () => {
    const fleet = fleetOf(1);
    fleet.leave('replica-0');

    fleet.update(aReplica());
    fleet.setState('replica-0', 'ready');
    fleet.observeLoad('replica-0', aLoad());
    fleet.leave('replica-0');

    expect(fleet.replicas()).toEqual([]);
    expect(fleet.state('replica-0')).toBeUndefined();
  });

  it('gives the same candidates at each call while nobody joins or leaves', () => {
    const fleet = fleetOf(3);
    const before = fleet.candidates(0);

    fleet.setState('replica-1', 'ready');
    fleet.observeLoad('replica-1', aLoad());

    expect(fleet.candidates(5)).toBe(before);
    fleet.leave('replica-0');
    expect(before).toHaveLength(3);
    expect(fleet.candidates(5)).toHaveLength(2);
  });

  it('prices with streams as they were less than 50 ms ago', () => {
    const fleet = fleetOf(1);
    const peakWithOne = (nowMs: number) => only(fleet, nowMs).inFlight.kvTokensPeakWith(10, 50);
    const stream = fleet.reserve('replica-0', {
      promptTokens: 100,
      expectedOutputTokens: 50,
      nowMs: 0,
    });
    expect(peakWithOne(1000)).toBe(210);

    stream.outputTokens = 20;

    expect(peakWithOne(1049)).toBe(210);
    expect(peakWithOne(1050)).toBe(190);
  });

  it('reads the streams of everyone anew when the fleet has changed', () => {
    const fleet = fleetOf(1);
    const stream = fleet.reserve('replica-0', {
      promptTokens: 100,
      expectedOutputTokens: 50,
      nowMs: 0,
    });
    fleet.candidates(1000);
    stream.outputTokens = 20;

    fleet.join(aReplica({ id: 'replica-9' }));

    expect(only(fleet, 1001).inFlight.kvTokensPeakWith(10, 50)).toBe(190);
  });

  describe('counting what is in flight', () => {
    it('counts a reservation at its replica and nowhere else, until it is released', () => {
      const fleet = fleetOf(2);

      const reservation = fleet.reserve('replica-1', { ...lengths, nowMs: 0 });

      const counts = () => fleet.candidates(0).map(({ inFlight }) => inFlight.requests);
      expect(counts()).toEqual([0, 1]);
      expect(reservation.release()).toBe(true);
      expect(counts()).toEqual([0, 0]);
    });

    it('refuses to count at a replica that is not there', () => {
      expect(() => fleetOf(1).reserve('replica-9', { ...lengths, nowMs: 0 })).toThrow('replica-9');
    });

    it('reads how far streams have come at each call', () => {
      const fleet = fleetOf(1);
      const reservation = fleet.reserve('replica-0', { ...lengths, nowMs: 0 });
      expect(only(fleet).inFlight.kvTokens).toBe(100);

      reservation.outputTokens += 7;

      expect(only(fleet).inFlight.kvTokens).toBe(107);
    });

    it('lets requests end at a replica that has left', () => {
      const fleet = fleetOf(1);
      const reservation = fleet.reserve('replica-0', { ...lengths, nowMs: 0 });
      fleet.leave('replica-0');

      reservation.firstToken();

      expect(reservation.release()).toBe(true);
      expect(reservation.release()).toBe(false);
    });

    it('remembers open requests of a replica that leaves and comes back', () => {
      const fleet = fleetOf(1);
      const reservation = fleet.reserve('replica-0', { ...lengths, nowMs: 0 });
      fleet.leave('replica-0');

      fleet.join(aReplica());

      expect(only(fleet).inFlight.requests).toBe(1);
      reservation.release();
      expect(only(fleet).inFlight.requests).toBe(0);
    });

    it('counts afresh for a replica that comes back after all its requests ended', () => {
      const fleet = fleetOf(2);
      const reservation = fleet.reserve('replica-0', { ...lengths, nowMs: 0 });
      fleet.leave('replica-0');
      reservation.release();
      fleet.leave('replica-1');

      fleet.join(aReplica());

      expect(only(fleet).inFlight.requests).toBe(0);
    });
  });

  describe('hearing what replicas say', () => {
    it('knows the age of a snapshot at each decision', () => {
      const fleet = fleetOf(1);
      fleet.observeLoad('replica-0', aLoad({ takenAtMs: 100 }));

      expect(only(fleet, 100).loadAgeMs).toBe(0);
      expect(only(fleet, 350).loadAgeMs).toBe(250);
      expect(only(fleet, 90).loadAgeMs).toBe(0);
    });

    it('takes what a fresh snapshot shows beyond our own for the traffic of others', () => {
      const fleet = fleetOf(1);
      for (let count = 0; count < 10; count++) fleet.reserve('replica-0', { ...lengths, nowMs: 5 });

      fleet.observeLoad(
        'replica-0',
        aLoad({ takenAtMs: 10, runningRequests: 25, waitingRequests: 5, kvCacheUsage: 0.5 }),
      );

      const { others } = only(fleet, 10);
      expect(others.requests).toBe(20);
      expect(others.waitingRequests).toBe(0);
      expect(others.kvTokens).toBe(300_000 - 1000);
    });

    it('does not take what we sent since for something the snapshot shows', () => {
      const fleet = fleetOf(1);
      fleet.reserve('replica-0', { ...lengths, nowMs: 20 });

      fleet.observeLoad('replica-0', aLoad({ takenAtMs: 10, runningRequests: 3 }));

      expect(only(fleet, 10).others.requests).toBe(3);
      expect(only(fleet, 10).inFlight.requestsSinceSnapshot).toBe(1);
    });

    it('does not take for others what has ended since the snapshot was taken', () => {
      const fleet = fleetOf(1);
      const ours = fleet.reserve('replica-0', { ...lengths, nowMs: 5 });
      ours.release();

      fleet.observeLoad('replica-0', aLoad({ takenAtMs: 10, runningRequests: 1 }));

      expect(only(fleet, 11).others.requests).toBe(0);
    });

    it('keeps what it takes for others when our own requests end after the snapshot', () => {
      const fleet = fleetOf(1);
      const ours = fleet.reserve('replica-0', { ...lengths, nowMs: 5 });
      fleet.observeLoad('replica-0', aLoad({ takenAtMs: 10, runningRequests: 1 }));

      ours.release();

      expect(only(fleet, 10).others.requests).toBe(0);
    });

    it('lets old news fade, so that all-old is not all-full', () => {
      const fleet = fleetOf(1);
      fleet.observeLoad(
        'replica-0',
        aLoad({
          runningRequests: 500,
          waitingRequests: 40,
          waitingTokens: 80_000,
          kvCacheUsage: 1,
        }),
      );

      expect(only(fleet, 0).others).toMatchObject({
        requests: 540,
        waitingRequests: 40,
        waitingTokens: 80_000,
        kvTokens: 600_000,
      });
      expect(only(fleet, 5000).others).toMatchObject({
        requests: 270,
        waitingRequests: 20,
        waitingTokens: 40_000,
        kvTokens: 300_000,
      });
      expect(only(fleet, 120_000).others.requests).toBeLessThan(0.001);
      expect(only(fleet, 120_000).others.kvTokens).toBeLessThan(1);
    });

    it('keeps the tokens that wait unknown where the engine does not tell them', () => {
      const fleet = fleetOf(1);
      fleet.observeLoad('replica-0', aLoad({ waitingRequests: 4 }));

      expect(only(fleet, 0).others.waitingTokens).toBeUndefined();
    });

    describe('of requests that wait there', () => {
      /** Twelve requests of ours, sent at 0, of which so many wait at `takenAtMs`. */
      function seenAt(takenAtMs: number, waitingRequests = 8): Fleet {
        const fleet = fleetOf(1);
        for (let count = 0; count < 12; count++) {
          fleet.reserve('replica-0', { ...lengths, nowMs: 0 });
        }
        const runningRequests = 12 - waitingRequests;
        fleet.observeLoad('replica-0', aLoad({ takenAtMs, runningRequests, waitingRequests }));
        return fleet;
      }

      it('gives it no more than run and an eighth, once they have waited for a quarter of a second', () => {
        expect(only(seenAt(250), 250).requestsMax).toBe(Infinity);
        expect(only(seenAt(251), 251).requestsMax).toBe(5);
        expect(only(seenAt(251, 0), 251).requestsMax).toBe(Infinity);
      });

      it('waits for twice as long as their prefills take, where that is longer', () => {
        const fleet = fleetOf(1);
        const long = { promptTokens: 8_192, expectedOutputTokens: 1, nowMs: 0 };
        for (let count = 0; count < 2; count++) fleet.reserve('replica-0', long);
        const patienceMs = 2 * expectedSilenceMs(only(fleet, 0));
        const requestsMaxAt = (takenAtMs: number): number => {
          const load = aLoad({ takenAtMs, runningRequests: 1, waitingRequests: 1 });
          fleet.observeLoad('replica-0', load);
          return only(fleet, 0).requestsMax;
        };

        expect(patienceMs).toBeGreaterThan(1_000);
        expect(requestsMaxAt(patienceMs - 1)).toBe(Infinity);
        expect(requestsMaxAt(patienceMs + 1)).toBe(2);
      });

      it('leaves out what others have of it', () => {
        const fleet = seenAt(251);
        fleet.observeLoad(
          'replica-0',
          aLoad({ takenAtMs: 252, runningRequests: 16, waitingRequests: 8 }),
        );

        expect(only(fleet, 252).requestsMax).toBe(18 - 12);
      });

      it('leaves room for one of ours, however many others have', () => {
        const fleet = seenAt(251);
        const load = aLoad({ takenAtMs: 252, runningRequests: 4, waitingRequests: 40 });
        fleet.observeLoad('replica-0', load);

        expect(only(fleet, 252).others.requests).toBe(32);
        expect(only(fleet, 252).requestsMax).toBe(1);
      });

      it('does not hold it to that when it comes back, with a few as any that does', () => {
        const fleet = seenAt(251);
        fleet.returned('replica-0');

        expect(only(fleet, 251).requestsMax).toBe(8);
      });
    });

    it('drops a snapshot older than the one it has', () => {
      const fleet = fleetOf(1);
      const latest = aLoad({ takenAtMs: 20, runningRequests: 2 });
      fleet.observeLoad('replica-0', latest);

      fleet.observeLoad('replica-0', aLoad({ takenAtMs: 19, runningRequests: 99 }));

      expect(only(fleet, 20).load).toBe(latest);
      expect(only(fleet, 20).others.requests).toBe(2);
    });
  });

  describe('asked for what is cached', () => {
    const prompt = { blockHashes: [1, 2, 3], blockTokens: 100, promptTokens: 350 };
    const cachedAt = (fleet: Fleet, id: string): number | undefined =>
      fleet.cachedTokens(aRequest(prompt))?.at(id);

    function afterOne(kvCapacityTokens = 600_000): Fleet {
      const fleet = new Fleet();
      for (const replica of replicas(2, { kvCapacityTokens })) fleet.join(replica);
      fleet.reserve('replica-0', { ...prompt, expectedOutputTokens: 50, nowMs: 0 });
      return fleet;
    }

    it('tells nothing of a prompt without blocks', () => {
      expect(afterOne().cachedTokens(aRequest())).toBeUndefined();
    });

    it('tells who was given the prompt', () => {
      const fleet = afterOne();

      expect([cachedAt(fleet, 'replica-0'), cachedAt(fleet, 'replica-1')]).toEqual([300, 0]);
    });

    it('expects nothing of a replica whose engine says that it keeps no prompts', () => {
      const fleet = new Fleet();
      fleet.join(aReplica({ cachesPrefixes: false }));
      fleet.join(aReplica({ id: 'replica-1' }));
      fleet.update(aReplica({ id: 'replica-1', cachesPrefixes: false }));
      for (const id of ['replica-0', 'replica-1']) {
        fleet.reserve(id, { ...prompt, expectedOutputTokens: 50, nowMs: 0 });
        expect(cachedAt(fleet, id)).toBe(0);
      }
    });

    it('forgets what has been pushed out of the cache by new tokens, cached ones not counted', () => {
      const fleet = afterOne(1000);
      const more = { promptTokens: 900, cachedTokens: 500, expectedOutputTokens: 400, nowMs: 0 };
      fleet.reserve('replica-0', more);
      expect(cachedAt(fleet, 'replica-0')).toBe(300);

      fleet.reserve('replica-0', { ...more, cachedTokens: 899, expectedOutputTokens: 0 });

      expect(cachedAt(fleet, 'replica-0')).toBe(0);
    });

    it.each(['starting', 'ejected'] as const)('takes a replica that is %s for empty', (state) => {
      const fleet = afterOne();

      fleet.setState('replica-0', state);

      expect(cachedAt(fleet, 'replica-0')).toBe(0);
    });

    it('takes a replica that has left for empty, though it comes back', () => {
      const fleet = afterOne();
      fleet.leave('replica-0');
      fleet.join(aReplica());

      expect(cachedAt(fleet, 'replica-0')).toBe(0);
    });

    it('takes the engine at its word', () => {
      const fleet = afterOne();

      fleet.observeCached('replica-0', 300, 0);

      expect(cachedAt(fleet, 'replica-0')).toBe(270);
      expect(fleet.prefixIndex.blocks).toBe(3);
    });
  });
});

describe('a replica that is half open', () => {
  it('is given one request, and is then probing with that one', () => {
    const fleet = fleetOf(1);
    fleet.setState('replica-0', 'half-open');
    const probe = fleet.reserve('replica-0', { ...lengths, nowMs: 0 });

    expect(fleet.state('replica-0')).toBe('probing');
    expect(fleet.probe('replica-0')).toBe(probe);
    fleet.setState('replica-0', 'ready');
    expect(fleet.probe('replica-0')).toBeUndefined();
  });
});

describe('a replica that comes back', () => {
  it('may have few requests at first, and more with each that it begins to answer', () => {
    const fleet = fleetOf(1);
    expect(only(fleet).requestsMax).toBe(Infinity);

    fleet.returned('replica-0');
    expect(only(fleet).requestsMax).toBe(8);
    fleet.reserve('replica-0', { ...lengths, nowMs: 0 }).firstToken();
    expect(only(fleet).requestsMax).toBe(9);
  });
});

describe('a fleet that listens to a replica', () => {
  function listened() {
    const fleet = fleetOf(1);
    const stream = fleet.reserve('replica-0', { ...lengths, nowMs: 0 });
    let nowMs = 0;
    const look = () => fleet.listen('replica-0', (nowMs += LOOK_MS));
    stream.firstToken();
    for (let times = 0; times < 4; times += 1) {
      look();
      stream.outputTokens += 1;
    }
    look();
    return { fleet, stream, look };
  }

  it('hears when it falls quiet, and when it speaks again', () => {
    const { fleet, stream, look } = listened();
    expect([look(), look()]).toEqual(['waiting', 'ask']);
    expect(only(fleet).isQuiet).toBe(true);

    stream.outputTokens += 1;
    expect(look()).toBe('moving');
    expect(only(fleet).isQuiet).toBe(false);
  });

  it('does not hear the silence of a stream that the gateway itself holds up', () => {
    const { stream, look } = listened();
    stream.isPaused = true;
    expect([look(), look(), look()]).toEqual(['moving', 'moving', 'moving']);
  });

  it('finds nothing to say of one that is not there', () => {
    const fleet = new Fleet();
    expect(fleet.listen('gone', 0)).toBe('moving');
    expect(fleet.silence('gone')).toBeUndefined();
    expect(fleet.probe('gone')).toBeUndefined();
    fleet.returned('gone');
  });
});
