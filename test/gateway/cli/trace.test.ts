import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { traceCommand } from '../../../gateway/cli/trace.ts';
import { UsageError } from '../../../gateway/cli/usage-error.ts';

let said: string;

beforeEach(() => {
  said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});

afterEach(() => vi.restoreAllMocks());

function run(...words: readonly string[]): Promise<unknown> {
  return traceCommand().parseAsync(words, { from: 'user' });
}

describe('gateway trace decode', () => {
  it('reads a code that stands on the command line', async () => {
    await run('decode', 'g1.4.0PAAA');

    expect(said).toContain('4 gaps between outputs.');
    expect(said).toContain('25 ms');
  });

  it('reads what comes on standard input', async () => {
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(
      Readable.from([Buffer.from('{"stringValue":"g1.2.'), Buffer.from('0PA"} g1.0.')]) as never,
    );
    await run('decode', '--json');

    expect(JSON.parse(said)).toEqual({
      streams: [
        { gapsTotal: 2, firstGapsMs: [25, 25], laterGaps: [] },
        { gapsTotal: 0, firstGapsMs: [], laterGaps: [] },
      ],
    });
  });

  it('says what to look for where there is nothing to read', async () => {
    await expect(run('decode', 'no code')).rejects.toThrow(UsageError);
    await expect(run('decode', 'no code')).rejects.toThrow('gateway.gaps');
  });
});
