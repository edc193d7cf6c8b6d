/**
 * Real engines that die, break off or have no room, behind the gateway. Kills engines that `up.sh` has started, and starts
 * them anew. What it tries depends on which are up:
 *
 *     export REAL_SGLANG_PORT=                 # two vLLM: deaths, and answers that go on elsewhere
 *     test/real/up.sh && node test/real/failures.ts; test/real/up.sh --down
 *
 *     export REAL_VLLM_PORTS=18101 REAL_SGLANG_PORT=18201   # one, and a SGLang with a short queue
 *     export REAL_SGLANG_FLAGS='--max-running-requests 2 --max-queued-requests 2'
 *     test/real/up.sh && node test/real/failures.ts; test/real/up.sh --down
 *
 * With other engines, or with none, it is skipped. A word behind the command picks the checks that have it in their title.
 */
import { dying } from './failures/dying.ts';
import { fullQueue } from './failures/full-queue.ts';
import { resuming } from './failures/resuming.ts';
import { findEngines, startStand, tryAll, words } from './stand.ts';

const vllm = await findEngines('vllm', urlsAt(process.env['REAL_VLLM_PORTS'] ?? '18101 18102'));
const sglang = await findEngines('sglang', urlsAt(process.env['REAL_SGLANG_PORT'] ?? '18201'));
const available = [
  ...(vllm.length === 2 && sglang.length === 0 ? [...resuming, ...dying] : []),
  ...(vllm.length === 1 && sglang.length === 1 ? fullQueue : []),
];
const checks = available.filter(({ title }) => title.includes(process.argv[2] ?? ''));
if (available.length === 0) {
  console.log('skipped: neither two vLLM alone nor one with one SGLang (test/real/up.sh)');
} else {
  const stand = await startStand([...vllm, ...sglang]);
  const failed = await tryAll(checks, stand);
  console.log(`${checks.length - failed} passed, ${failed} failed`);
  await stand.turns.stop();
  await stand.gateway.stop();
  process.exitCode = failed === 0 ? 0 : 1;
}

function urlsAt(ports: string): readonly string[] {
  return words(ports).map((port) => `http://127.0.0.1:${port}`);
}
