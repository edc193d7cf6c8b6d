import { setTimeout as sleep } from 'node:timers/promises';

import { seededRandom } from '../../support/chance.ts';
import { HOSTILE_PATH, bodyOf, hostileRequests } from '../../support/live/hostile-requests.ts';
import { connectTo, rawPost } from '../../support/live/raw.ts';
import type { EngineGuard } from '../load/engine-guard.ts';
import { anEngineGuard } from '../load/engine-guard.ts';
import { aFrontProxy, proxyKinds } from '../load/front-proxy.ts';
import { mutated } from '../load/mutations.ts';
import { closedLoop } from '../load/passing.ts';
import { GatewayProcess } from '../load/process-fleet.ts';
import type { Figure, Part } from '../part.ts';
import { portion } from '../part.ts';

const REQUESTS = 1_000_000;
const CLIENTS = 32;

/** Who waits for the rest of a request is not waited for. */
const PATIENCE_MS = 60;

/** Of all, so many are sent through each proxy, beside the corpus as it is. */
const PROXY_SHARE = 0.02;

/** Half of them are made of this one, which a change or two may leave sound. */
const sound = rawPost(HOSTILE_PATH, bodyOf('sound'), { connection: 'close' });

/** Whatever comes over a connection, an engine sees whole requests and nobody's hidden ones. */
export const hostile: Part = {
  name: 'hostile',
  what: `${REQUESTS / 1e6} M mutated requests of a hostile corpus, and ${PROXY_SHARE * 100} % as many through haproxy and nginx`,
  async play(share) {
    const count = portion(REQUESTS, share, 5_000);
    const random = seededRandom(1);
    await using engine = await anEngineGuard(HOSTILE_PATH);
    await using gateway = await GatewayProcess.start({
      replicas: [{ url: engine.url, engine: 'openai' }],
    });
    const next = (): string => {
      const one = hostileRequests[Math.floor(2 * random() * hostileRequests.length)];
      return mutated(one?.text ?? sound, random);
    };
    let sent = 0;
    await closedLoop(
      CLIENTS,
      () => (sent += 1) <= count,
      () => send(gateway.url, next()),
    );
    const figures: Figure[] = [
      { name: 'unsound at the engine', value: engine.unsound(), atMost: 0 },
      { name: 'requests at the engine', value: engine.calls() },
    ];
    for (const kind of proxyKinds) {
      if (!kind.isThere()) {
        figures.push({ name: `${kind.name} was tried`, value: 0, atLeast: 1 });
        continue;
      }
      await using proxy = await aFrontProxy(kind, gateway.url);
      const before = { unsound: engine.unsound(), smuggled: engine.smuggled() };
      for (const { text } of hostileRequests) await send(proxy.url, text);
      const smuggled = engine.smuggled() - before.smuggled;
      let through = 0;
      await closedLoop(
        CLIENTS,
        () => (through += 1) <= portion(count, PROXY_SHARE, 1_000),
        () => send(proxy.url, next()),
      );
      figures.push(
        { name: `through ${kind.name}: hidden ones that came out`, value: smuggled, atMost: 0 },
        {
          name: `through ${kind.name}: unsound at the engine`,
          value: engine.unsound() - before.unsound,
          atMost: 0,
        },
      );
    }
    figures.push(
      { name: 'served afterwards', value: Number(await serves(gateway.url, engine)), atLeast: 1 },
      { name: 'left in flight', value: (await gateway.leftInFlight()).requests, atMost: 0 },
    );
    return { amount: `${count} requests over ${CLIENTS} connections at a time`, figures };
  },
};

/** Sends what there is, and waits for the end or for as long as is worth it. */
async function send(url: string, text: string): Promise<void> {
  const connection = await connectTo(url);
  connection.socket.write(text, 'latin1');
  const patience = new AbortController();
  const tired = sleep(PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => undefined);
  await Promise.race([connection.closed, tired]);
  patience.abort();
  connection.socket.destroy();
}

async function serves(url: string, engine: EngineGuard): Promise<boolean> {
  const before = engine.calls();
  const connection = await connectTo(url);
  const headers = { connection: 'close' };
  connection.socket.write(rawPost(HOSTILE_PATH, bodyOf('afterwards'), headers));
  const answer = await connection.closed;
  return answer.startsWith('HTTP/1.1 200 ') && engine.calls() === before + 1;
}
