import { describe, expect, it } from 'vitest';

import { engineNames, probeEngine } from '../../../gateway/engines/catalog.ts';
import type { Capture } from '../../support/captures.ts';
import { captures, withoutCaptures } from '../../support/captures.ts';
import { FakePages, page } from '../../support/fake-pages.ts';

const never = new AbortController().signal;

function wholeBody({ chunks }: Capture): string {
  return Buffer.concat([...chunks]).toString();
}

/** A real engine's own pages, under their own paths. */
function pagesOf(engine: string): FakePages {
  const own = captures.filter(
    ({ name, requestBody }) => name.startsWith(`${engine}/`) && requestBody === '',
  );
  return new FakePages(
    Object.fromEntries(own.map((one) => [one.path, { status: one.status, body: wholeBody(one) }])),
  );
}

describe('the catalog of engines', () => {
  it('asks the one that is every other one too last', () => {
    expect(engineNames.at(-1)).toBe('openai');
  });

  it('takes a named engine at its word', async () => {
    const { read } = new FakePages({ '/v1/models': page({ data: [{ id: 'a' }] }) });
    for (const name of engineNames) {
      expect(await probeEngine(read, name, never)).toMatchObject({ engine: { kind: { name } } });
    }
  });
});

describe.skipIf(withoutCaptures)('a probe of a real engine', () => {
  it.each([
    ['vllm-0.32.0', 'vllm', '0.32.0', ['/metrics']],
    ['sglang-0.5.23', 'sglang', '0.5.23', ['/v1/loads']],
    ['llama-server', 'llama-cpp', 'b0-unknown', ['/slots', '/metrics']],
  ])('%s finds it, its version, its model and its load', async (folder, name, version, paths) => {
    const found = await probeEngine(pagesOf(folder).read, undefined, never);

    expect(found).toMatchObject({
      kind: 'found',
      engine: { kind: { name }, facts: { version }, models: ['smol'], loadSource: { paths } },
    });
  });
});
