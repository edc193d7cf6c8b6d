import { describe, expect, it } from 'vitest';
import type { ReplayFlags } from '../../../gateway/cli/replay-flags.ts';
import { datasetNames, replayFlags } from '../../../gateway/cli/replay-flags.ts';

/** The flags of a command line, read without doing anything. */
function read(...words: readonly string[]): ReplayFlags {
  const command = replayFlags()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return command.parse(words, { from: 'user' }).opts<ReplayFlags>();
}

describe('the flags of replay', () => {
  it('need none to be given', () => {
    expect(read()).toEqual({
      speed: 3,
      policy: 'kv-aware',
      admission: 'late-binding',
      rules: '0.2.14',
      seed: 1,
      warmupRequests: 1,
    });
  });

  it.each<[string, string, unknown]>([
    ['--url', 'http://127.0.0.1:30000/', 'http://127.0.0.1:30000'],
    ['--request-rate', 'inf', Infinity],
    ['--request-rate', 'Infinity', Infinity],
    ['--request-rate', '0.5', 0.5],
    ['--extra-request-body', '{"top_p":0.9}', { top_p: 0.9 }],
    ['--random-range-ratio', '0', 0],
    ['--random-range-ratio', '1', 1],
    ['--speed', '0.01', 0.01],
    ['--speed', '100', 100],
    ['--num-prompts', '1000000', 1_000_000],
    ['--seed', '4294967295', 4_294_967_295],
    ['--warmup-requests', '0', 0],
  ])('read %s %s', (flag, text, value) => {
    const name = flag.slice(2).replace(/-([a-z])/gu, (_, letter: string) => letter.toUpperCase());

    expect(read(flag, text)[name as keyof ReplayFlags]).toEqual(value);
  });

  it.each([
    ['--url', 'ftp://a', 'It must be http:// or https://, a host and a port, and no path.'],
    ['--url', 'http://a/v1', 'no path'],
    ['--url', 'nowhere', 'http:// or https://'],
    ['--simulate', 'x', 'It must be one of sglang-0.2.14-8xh100-tp8'],
    ['--reproduce', 'x', 'It must be one of sglang-0.2.14, vllm-0.5.5.'],
    ['--speed', '0.009', 'It must be a number from 0.01 to 100.'],
    ['--speed', '101', 'It must be a number from 0.01 to 100.'],
    [
      '--policy',
      'x',
      'It must be one of kv-aware, least-requests, power-of-two, round-robin, session,',
    ],
    ['--admission', 'x', 'It must be one of late-binding, pass-through.'],
    ['--rules', '0.2', 'It must be one of 0.2.14, current.'],
    ['--layout', 'x', 'It must be one of 0.2.14, current.'],
    ['--preset', 'x', 'It must be one of offline-4096x2048'],
    ['--dataset-name', 'x', `It must be one of ${datasetNames.join(', ')}.`],
    ['--num-prompts', '0', 'It must be a whole number from 1 to 1000000.'],
    ['--num-prompts', '1000001', 'It must be a whole number from 1 to 1000000.'],
    ['--random-input-len', '1.5', 'It must be a whole number from 1 to 10000000.'],
    ['--random-range-ratio', '1.1', 'It must be a number from 0 to 1.'],
    ['--request-rate', '0', 'It must be inf, or a number above 0 and up to 1000000.'],
    ['--request-rate', '', 'It must be inf'],
    ['--max-concurrency', '-1', 'It must be a whole number'],
    ['--seed', '4294967296', 'It must be a whole number from 0 to 4294967295.'],
    ['--extra-request-body', '[1]', 'It must be a JSON object'],
    ['--extra-request-body', '{', 'It must be a JSON object'],
    ['--extra-request-body', 'null', 'It must be a JSON object'],
    ['--warmup-requests', '1001', 'It must be a whole number from 0 to 1000.'],
  ])('refuse %s %s with what is allowed', (flag, text, allowed) => {
    expect(() => read(flag, text)).toThrow(`argument '${text}' is invalid. `);
    expect(() => read(flag, text)).toThrow(flag);
    expect(() => read(flag, text)).toThrow(allowed);
  });

  it('gather what may come several times', () => {
    const tp4 = 'sglang-0.2.14-4xh100-tp4';

    expect(read('--simulate', tp4, '--simulate', tp4).simulate).toEqual([tp4, tp4]);
    expect(read('--compare', 'a', '--compare', 'b').compare).toEqual(['a', 'b']);
    expect(read('--compare', 'a', 'b', '--json').compare).toEqual(['a', 'b']);
  });

  it('ask for usage, for none, or leave it open', () => {
    expect(read('--usage').usage).toBe(true);
    expect(read('--no-usage').usage).toBe(false);
    expect(read().usage).toBeUndefined();
  });
});

describe('the help of replay', () => {
  it('fits a screen: fifty lines of eighty columns', () => {
    const lines = replayFlags().configureHelp({ helpWidth: 80 }).helpInformation().split('\n');

    expect(lines.length).toBeLessThanOrEqual(50);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
  });
});
