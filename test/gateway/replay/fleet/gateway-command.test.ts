import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gatewayCommand } from '../../../../gateway/replay/fleet/gateway-command.ts';

describe('a command of ours', () => {
  it('is run by this Node from the sources that are beside it', () => {
    const { name, file, args } = gatewayCommand('gateway', ['serve', '--json']);

    expect(name).toBe('gateway');
    expect(file).toBe(process.execPath);
    expect(args.slice(-2)).toEqual(['serve', '--json']);
    expect(args.at(-3)).toMatch(/gateway\/main\.ts$/u);
    expect(existsSync(args.at(-3) ?? '')).toBe(true);
  });

  it('ends in good order when whoever started it is gone', async () => {
    const { file, args } = gatewayCommand('replica-0', ['simulate', '--port', '0', '--json']);
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');

    child.stdin.end();

    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('ends by itself where it has nothing to wait for, its input still open', async () => {
    const { file, args } = gatewayCommand('gateway', ['--version']);
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });

    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
