/**
 * The gateway in front of real engines: two vLLM and one SGLang, brought up by `up.sh`.
 *
 *     test/real/up.sh && node test/real/run.ts && test/real/up.sh --down
 *
 * `REAL_VLLM_URLS` and `REAL_SGLANG_URLS` name engines that stand elsewhere. Without any it is skipped, with the reason.
 */
import { answers, counting } from './checks/answers.ts';
import { connections } from './checks/connections.ts';
import { leaving } from './checks/leaving.ts';
import { load } from './checks/load.ts';
import { native } from './checks/native.ts';
import { probing } from './checks/probing.ts';
import { refused } from './checks/refusals.ts';
import { replaying } from './checks/replaying.ts';
import type { Check, Stand } from './stand.ts';
import { findEngines, startStand, tryAll, words } from './stand.ts';

const checks: readonly Check[] = [
  ...probing,
  ...answers,
  ...counting,
  ...native,
  ...refused,
  ...connections,
  ...leaving,
  ...load,
  ...replaying,
];

const vllmUrls = process.env['REAL_VLLM_URLS'] ?? 'http://127.0.0.1:18101 http://127.0.0.1:18102';
const sglangUrls = process.env['REAL_SGLANG_URLS'] ?? 'http://127.0.0.1:18201';

const vllm = await findEngines('vllm', words(vllmUrls));
const sglang = await findEngines('sglang', words(sglangUrls));
if (vllm.length === 0 || sglang.length === 0) {
  const missing = vllm.length === 0 ? `vLLM at ${vllmUrls}` : `SGLang at ${sglangUrls}`;
  console.log(`skipped: no healthy ${missing} (test/real/up.sh brings the engines up)`);
} else {
  await runOn(await startStand([...vllm, ...sglang]));
}

async function runOn(stand: Stand): Promise<void> {
  const failed = await tryAll(checks, stand);
  console.log(
    `${checks.length - failed} passed, ${failed} failed, on ${stand.engines.length} engines`,
  );
  await stand.turns.stop();
  await stand.gateway.stop();
  process.exitCode = failed === 0 ? 0 : 1;
}
