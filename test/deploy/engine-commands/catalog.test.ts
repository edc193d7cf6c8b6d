import { describe, expect, it } from 'vitest';

import { engineCommands } from '../../../deploy/engine-commands/catalog.ts';

const facts = { model: 'org/m', servedModel: 'm', port: 30_010, tensorParallel: 1 };

describe.each(engineCommands)('the command of $name', ({ argv, memoryShare }) => {
  it('names the model, its served name, and a port on the loopback address', () => {
    const words = argv(facts);

    expect(words).toContain('org/m');
    expect(words).toContain('m');
    expect(words[words.indexOf('--port') + 1]).toBe('30010');
    expect(words[words.indexOf('--host') + 1]).toBe('127.0.0.1');
  });

  it('has no empty word', () => {
    expect(argv(facts).filter((word) => word === '')).toEqual([]);
  });

  it('fills a share of the memory, if any', () => {
    const share = memoryShare?.(4) ?? 0.5;

    expect(share > 0 && share < 1).toBe(true);
  });
});
