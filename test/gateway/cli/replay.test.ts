import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replayCommand } from '../../../gateway/cli/replay.ts';
import type { Ended } from '../../support/command-line.ts';
import { runGateway } from '../../support/command-line.ts';

/** A process of Node that is started on a busy machine. */
const PROCESS_MS_MAX = 30_000;

describe('gateway replay', { timeout: PROCESS_MS_MAX }, () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'numagate-replay-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const replay = (...words: readonly string[]): Promise<Ended> =>
    runGateway(['replay', '--output-file', join(folder, 'run.jsonl'), ...words]);

  it('prints the chosen keys of a published run that it makes again on virtual time', async () => {
    const words = ['--reproduce', 'sglang-0.2.14', '--virtual', '--json', '--layout', 'current'];
    const { code, stdout } = await replay(...words);

    expect(code).toBe(0);
    const line = JSON.parse(stdout) as Readonly<Record<string, number>>;
    expect(line).toMatchObject({
      backend: 'sglang',
      completed: 1000,
      total_output_tokens: 1_027_062,
      tag: null,
      simulated: true,
      extrapolated: false,
    });
    expect(line['duration']).toBeCloseTo(316.4358, 3);
    expect(readFileSync(join(folder, 'run.html'), 'utf8')).toContain('calibrated on this run');
  });

  it('fails where requests failed', async () => {
    const short = ['--num-prompts', '2', '--random-input-len', '8', '--random-output-len', '1'];
    const { code, stdout } = await replay(
      '--virtual',
      '--simulate',
      'vllm-0.5.5-8xh100-tp8',
      ...short,
    );

    expect(stdout).toContain('requests failed');
    expect(code).toBe(1);
  });

  it('exits with 2 where its words are wrong, naming flag, value and what is allowed', async () => {
    const { code, stderr, stdout } = await replay('--speed', '0');

    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(
      "option '--speed <n>' argument '0' is invalid. It must be a number from 0.01 to 100.",
    );
  });

  it('exits with 2 where its words do not go together', async () => {
    const { code, stderr } = await replay('--virtual', '--model', 'm');

    expect(code).toBe(2);
    expect(stderr).toBe('gateway: --model m cannot stand beside --virtual: nothing is sent.\n');
  });

  it('exits with 1 where nobody answers', async () => {
    const { code, stderr } = await replay('--url', 'http://127.0.0.1:9', '--num-prompts', '1');

    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^gateway: http:\/\/127\.0\.0\.1:9 does not answer: nothing listens there/u,
    );
  });
});

describe('the command', () => {
  it('has an example in its help', () => {
    let help = '';
    replayCommand()
      .configureOutput({ writeOut: (text) => (help += text) })
      .outputHelp();

    expect(help).toContain('Examples:\n  gateway replay --url ');
  });
});
