import { describe, expect, it } from 'vitest';

import { openNvidiaSmi, withoutStyle } from '../../../telemetry/gpu/nvidia-smi.ts';
import { PlantedMachine } from '../../support/machine.ts';

const PATIENCE_MS = 20_000;

async function answerOf(body: string, timeoutMs = PATIENCE_MS) {
  using machine = new PlantedMachine();
  const path = machine.program(body);
  const { text, problem } = await openNvidiaSmi({ path, timeoutMs })(['-L', 'x']);
  return { text, problem: problem?.replace(path, 'nvidia-smi') };
}

describe('nvidia-smi', () => {
  it('is given its arguments and answers with what it printed, without style', async () => {
    expect(await answerOf(String.raw`printf '\033[4m%s\033[0m %s\n' "$1" "$2"`)).toEqual({
      text: '-L x\n',
      problem: undefined,
    });
  });

  it('keeps what it printed where it fails, and says how in its own words', async () => {
    const body = 'echo GPU 0; echo "Unable to determine the device handle." >&2; exit 15';

    expect(await answerOf(body)).toEqual({
      text: 'GPU 0\n',
      problem: 'nvidia-smi failed (exit 15): Unable to determine the device handle',
    });
  });

  it('is told of with its first line where it says nothing on stderr', async () => {
    const body = 'echo "Failed to run topology matrix"; exit 255';

    expect((await answerOf(body)).problem).toBe(
      'nvidia-smi failed (exit 255): Failed to run topology matrix',
    );
  });

  it('is given up on a sick driver, where it hangs', async () => {
    expect(await answerOf('exec sleep 60', 50)).toEqual({
      text: '',
      problem: 'nvidia-smi did not answer within 0.05 s',
    });
  });

  it('is stopped where it prints without end', async () => {
    expect((await answerOf('exec yes')).problem).toBe('nvidia-smi printed without end');
  });

  it('may be missing, or no program', async () => {
    const missing = openNvidiaSmi({ path: '/nowhere/nvidia-smi', timeoutMs: PATIENCE_MS });
    const folder = openNvidiaSmi({ path: import.meta.dirname, timeoutMs: PATIENCE_MS });

    expect(await missing([])).toEqual({ text: '', problem: 'there is no /nowhere/nvidia-smi' });
    expect((await folder([])).problem).toBe(`${import.meta.dirname} may not be run`);
  });
});

describe('style', () => {
  it('is taken off also where a paste has lost the escape byte', () => {
    expect(withoutStyle('[4mGPU0 GPU NUMA ID[0m')).toBe('GPU0 GPU NUMA ID');
  });
});
