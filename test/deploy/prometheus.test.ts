import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { readConfig } from '../../gateway/config.ts';
import { root } from '../support/source-tree.ts';

interface Scrape {
  readonly metrics_path?: string;
  readonly static_configs: readonly { readonly targets: readonly string[] }[];
}

function scrapes(): readonly Scrape[] {
  const text = readFileSync(join(root, 'deploy/prometheus/prometheus.yml'), 'utf8');
  return (parse(text) as { scrape_configs: readonly Scrape[] }).scrape_configs;
}

describe('the configuration for Prometheus', () => {
  it('scrapes where a gateway without settings has its metrics', () => {
    const { admin } = readConfig({ environment: {} });
    const targets = scrapes().flatMap((scrape) =>
      scrape.static_configs.flatMap((each) => each.targets),
    );

    expect(targets).toEqual([`${admin.host}:${admin.port}`]);
  });
});
