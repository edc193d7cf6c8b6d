// Nanoseconds per decision (candidates, verdict, pick, reservation), beside the parsing of a chat
// body of 1 KB on the same machine. Run: node test/bench/decision.bench.ts
import { Admission } from '../../routing/admission.ts';
import { Fleet, type Reservation } from '../../routing/fleet.ts';
import { createPolicy, policyNames, type PolicyName } from '../../routing/policies/catalog.ts';
import { Router } from '../../routing/router.ts';
import { aLoad, aRequest, replicas } from '../support/builders.ts';
import { seededRandom, upTo } from '../support/chance.ts';

const OPEN_PER_REPLICA = 200;
const ROUNDS = 7;
const FLEET_SIZES = [2, 16, 1000];

interface Scene {
  readonly fleet: Fleet;
  readonly open: Reservation[];
  readonly random: () => number;
}

/** A fleet in the middle of its work: every replica has requests of all ages and one poll behind it. */
function busyFleet(size: number): Scene {
  const random = seededRandom(size);
  const fleet = new Fleet();
  const open: Reservation[] = [];
  for (const replica of replicas(size, { kvCapacityTokens: 10_000_000, kvBlockTokens: 16 })) {
    fleet.join(replica);
    fleet.setState(replica.id, 'ready');
    for (let count = 0; count < OPEN_PER_REPLICA; count++) {
      const expectedOutputTokens = upTo(2048, random);
      const lengths = { promptTokens: upTo(4096, random), expectedOutputTokens, nowMs: 0 };
      const reservation = fleet.reserve(replica.id, lengths);
      reservation.outputTokens = Math.floor(random() * expectedOutputTokens);
      reservation.firstToken();
      open.push(reservation);
    }
    fleet.observeLoad(replica.id, aLoad({ takenAtMs: 1, runningRequests: OPEN_PER_REPLICA + 10 }));
  }
  return { fleet, open, random };
}

/** Each decision follows one token of every stream: the worst case for what is read from them. */
function timeDecisions(policy: PolicyName, { fleet, open, random }: Scene): number {
  const limits = { waitingRequestsMax: 1000, waitingMsMax: 60_000 };
  const admission = new Admission({ mode: 'late-binding', ...limits });
  const router = new Router(createPolicy(policy, { random }));
  const request = aRequest();
  const decisions = Math.max(200, Math.floor(4_000 / fleet.replicas().length));
  let spentNs = 0n;
  for (let index = 0; index < decisions; index++) {
    const nowMs = 10 + index;
    for (const reservation of open) reservation.outputTokens += random() < 0.9 ? 1 : 0;
    const began = process.hrtime.bigint();
    const verdict = admission.verdict(request, fleet.candidates(nowMs), {
      nowMs,
      enteredMs: nowMs,
    });
    if (verdict.kind !== 'admit') throw new Error(`unexpected verdict ${verdict.kind}`);
    const decision = router.route(request, verdict.candidates);
    if (decision.kind !== 'routed') throw new Error(`unroutable by ${decision.filter}`);
    const reservation = fleet.reserve(decision.replica.id, { ...request, nowMs });
    spentNs += process.hrtime.bigint() - began;
    reservation.release();
    for (const stream of open) if (stream.outputTokens > 2000) stream.outputTokens = 0;
  }
  return Number(spentNs) / decisions;
}

/** The pick and its receipt alone, half of the fleet without room. */
function timeRouting(policy: PolicyName, { fleet, random }: Scene): number {
  const router = new Router(createPolicy(policy, { random }));
  const everyone = fleet.candidates(10);
  const roomy = everyone.filter((_, index) => index % 2 === 0);
  const request = aRequest();
  const decisions = Math.max(200, Math.floor(40_000 / everyone.length));
  const began = process.hrtime.bigint();
  for (let index = 0; index < decisions; index++) router.route(request, roomy, everyone);
  return Number(process.hrtime.bigint() - began) / decisions;
}

function timeParsing(): number {
  const body = JSON.stringify({
    model: 'llama',
    messages: [{ role: 'user', content: 'x'.repeat(960) }],
  });
  const repeats = 20_000;
  const began = process.hrtime.bigint();
  let length = 0;
  for (let index = 0; index < repeats; index++) length += Object.keys(JSON.parse(body)).length;
  if (length !== 2 * repeats) throw new Error('parsed something else');
  return Number(process.hrtime.bigint() - began) / repeats;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}

console.log(
  `JSON.parse of a 1 KB chat body: ${Math.round(median(Array.from({ length: ROUNDS }, timeParsing)))} ns`,
);
for (const policy of policyNames) {
  for (const size of FLEET_SIZES) {
    const scene = busyFleet(size);
    const name = `${policy}, ${size} replicas x ${OPEN_PER_REPLICA} open`;
    tell(name, 'a decision', () => timeDecisions(policy, scene));
    tell(name, 'its pick and receipt', () => timeRouting(policy, scene));
  }
}

function tell(name: string, what: string, time: () => number): void {
  const nanoseconds = Math.round(median(Array.from({ length: ROUNDS }, time)));
  console.log(`${name.padEnd(46)} ${nanoseconds.toString().padStart(8)} ns ${what}`);
}
