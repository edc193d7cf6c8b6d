import { describe, expect, it } from 'vitest';
import { metricsPage } from '../../../../deploy/simulator/protocols/metrics-page.ts';
import { aReplicaView } from '../../../support/simulator.ts';

describe('a metrics page', () => {
  it.each(['0.0.4', '1.0.0'] as const)('of version %s says so in its type', async (version) => {
    const page = metricsPage(version, ({ model }) => `# ${model}\n`);
    const request = { query: new URLSearchParams(), body: '', name: '' };

    expect(await page(aReplicaView(), request)).toEqual({
      status: 200,
      contentType: `text/plain; version=${version}; charset=utf-8`,
      body: '# served-model\n',
    });
  });
});
