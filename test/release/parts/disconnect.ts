import { percentile } from '../../bench/relay/percentile.ts';
import { counted } from '../../support/live/counted.ts';
import { connectTo, rawPost } from '../../support/live/raw.ts';
import type { ReplicaState } from '../../support/live/replica.ts';
import { until, wallMs } from '../../support/live/until.ts';
import type { GatewayProcess, ReplicaProcess } from '../load/process-fleet.ts';
import { aFleet, model, simulated } from '../load/process-fleet.ts';
import type { Part } from '../part.ts';
import { portion } from '../part.ts';

const DEPARTURES = 10_000;

/** Room for one request that takes all of it, and for none beside it; an engine that is not asked cannot tell another. */
const CONTEXT_TOKENS = 4_800;

/** Clients leave at every moment at which one can. */
export const disconnect: Part = {
  name: 'disconnect',
  what: `${DEPARTURES} departures in 6 phases: body, queue, prefill, held head, mid-stream, whole answer`,
  async play(share) {
    const rounds = portion(DEPARTURES / phases.length, share, 10);
    await using fleet = await aFleet({
      replicas: 1,
      args: simulated(2),
      facts: {
        engine: 'openai',
        kvCapacityTokens: CONTEXT_TOKENS,
        contextTokensMax: CONTEXT_TOKENS,
      },
    });
    const [replica] = fleet.replicas;
    if (replica === undefined) throw new Error('a fleet has a replica');
    const scene = new Scene(fleet.gateway, replica);
    for (let round = 0; round < rounds; round += 1) {
      for (const phase of phases) await phase(scene);
    }
    const { requests: left } = await fleet.gateway.leftInFlight();
    await scene.engineWhere('it is idle', ({ openGenerations }) => openGenerations === 0);
    const { lateMs, seen, departures } = scene;
    const { aborted, generations } = await replica.state();
    const closed = await counted(fleet.gateway.adminUrl, 'requests', {
      error_type: 'client_closed',
    });
    return {
      amount: `${departures} departures, ${seen} of them with work in the engine`,
      figures: [
        {
          name: 'engine sees it, p99',
          value: percentile(lateMs, 0.99),
          unit: 'ms',
          atMost: 10,
        },
        { name: 'at the latest', value: Math.max(...lateMs), unit: 'ms', atMost: 50 },
        { name: 'booked as left, off by', value: Math.abs(closed - departures), atMost: 0 },
        { name: 'ended in the engine, off by', value: Math.abs(aborted - seen), atMost: 0 },
        { name: 'begun in the engine, off by', value: Math.abs(generations - seen), atMost: 0 },
        { name: 'left in flight', value: left, atMost: 0 },
      ],
    };
  },
};

/** One replica with a gateway before it, and what became of those who left. */
class Scene {
  readonly gateway: GatewayProcess;
  readonly replica: ReplicaProcess;
  /** From each departure to the end of the work in the engine. */
  readonly lateMs: number[] = [];
  /** Departures that the engine had to see. */
  seen = 0;
  departures = 0;

  constructor(gateway: GatewayProcess, replica: ReplicaProcess) {
    this.gateway = gateway;
    this.replica = replica;
  }

  /** Sends a request, all of it or up to `end`; the result leaves, and gives when. */
  async sends(asked: object, end?: number): Promise<() => number> {
    const { socket } = await connectTo(this.gateway.url);
    const body = { model, ignore_eos: true, prompt: 'A way', max_tokens: 4_000, ...asked };
    socket.write(rawPost('/v1/completions', JSON.stringify(body)).slice(0, end));
    return () => {
      const leftMs = wallMs();
      socket.destroy();
      this.departures += 1;
      return leftMs;
    };
  }

  async engineWhere(what: string, fits: (state: ReplicaState) => boolean): Promise<ReplicaState> {
    return until(what, async () => {
      const state = await this.replica.state();
      return fits(state) && state;
    });
  }

  /** Leaves, and waits for the engine to have noticed. */
  async seenToLeave(leave: () => number): Promise<void> {
    this.seen += 1;
    const leftMs = leave();
    const state = await this.engineWhere('the work has ended', ({ aborted }) => {
      return aborted === this.seen;
    });
    this.lateMs.push(Number(state.lastAbortAtMs) - leftMs);
  }
}

/** A prompt beside which there is no room for another one; no two are alike, so that no cache has it. */
function long({ departures }: Scene): object {
  return { prompt: `${departures}${' word'.repeat(4_000)}`, max_tokens: 1_000, stream: true };
}

type Phase = (scene: Scene) => Promise<void>;

const whileSendingItsBody: Phase = async (scene) => {
  const leave = await scene.sends({}, -10);
  await scene.gateway.stateWhere('it is inside', ({ openRequests }) => openRequests === 1);
  leave();
  await scene.gateway.leftInFlight();
};

const whileItWaits: Phase = async (scene) => {
  const leaveFirst = await scene.sends(long(scene));
  await scene.engineWhere('one has its turn', ({ openGenerations }) => openGenerations === 1);
  const leave = await scene.sends(long(scene));
  await scene.gateway.stateWhere('one waits', ({ waitingRequests }) => waitingRequests === 1);
  leave();
  await scene.gateway.stateWhere('nobody waits', ({ waitingRequests }) => waitingRequests === 0);
  await scene.seenToLeave(leaveFirst);
};

const inPrefill: Phase = async (scene) => {
  const { tokens } = await scene.replica.state();
  const leave = await scene.sends(long(scene));
  const state = await scene.engineWhere('it is there', (now) => now.openGenerations === 1);
  if (state.tokens !== tokens) throw new Error('the prefill was over before its client left');
  await scene.seenToLeave(leave);
};

const beforeTheHeadIsPassedOn: Phase = async (scene) => {
  await scene.replica.fails({ kind: 'stall', at: 0 });
  const leave = await scene.sends({ stream: true });
  await decodes(scene);
  await scene.seenToLeave(leave);
  await scene.replica.heals();
};

const inMidStream: Phase = async (scene) => {
  const leave = await scene.sends({ stream: true });
  await decodes(scene);
  await scene.seenToLeave(leave);
};

const beforeItsWholeAnswer: Phase = async (scene) => {
  const leave = await scene.sends({});
  await decodes(scene);
  await scene.seenToLeave(leave);
};

async function decodes(scene: Scene): Promise<void> {
  const { tokens } = await scene.replica.state();
  await scene.engineWhere('it decodes', (now) => {
    return now.load.runningRequests === 1 && now.tokens > tokens;
  });
}

const phases: readonly Phase[] = [
  whileSendingItsBody,
  whileItWaits,
  inPrefill,
  beforeTheHeadIsPassedOn,
  inMidStream,
  beforeItsWholeAnswer,
];
