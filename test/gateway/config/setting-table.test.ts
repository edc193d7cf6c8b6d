import { describe, expect, it } from 'vitest';

import { settingTable } from '../../../gateway/config/setting-table.ts';

describe('the table of settings', () => {
  const [head, rule, ...rows] = settingTable().split('\n');
  const rowOf = (name: string) => rows.find((row) => row.startsWith(`| \`${name}\` |`));

  it('has a head of four columns, and as many in every row', () => {
    expect(head).toBe('| setting | default | allowed | meaning |');
    expect(rule).toBe('|---|---|---|---|');
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(5);
  });

  it('has one row for each setting that can be written down', () => {
    expect(new Set(rows).size).toBe(rows.length);
    expect(rowOf('listen.port')).toBe(
      '| `listen.port` | `8080` | a whole number from 0 to 65535 | Data port: the API, `/health`, `/ready`. 0 takes a free one. |',
    );
    expect(rowOf('listen')).toBeUndefined();
    expect(rowOf('listen.tls.certFile')).toBeDefined();
  });

  it('says what is required', () => {
    expect(rowOf('replicas[].url')).toContain('| required |');
    expect(rowOf('replicas[].id')).toContain('|  |');
    expect(rowOf('keys[].tenant')).toContain('| required |');
  });

  it('asks for the members of a section that may be left out only where it stands', () => {
    expect(rowOf('listen.tls.certFile')).toContain('| required in `listen.tls` |');
  });

  it('shows a default that is false or 0 as well', () => {
    expect(rowOf('listen.allowUnauthenticated')).toContain('| `false` |');
  });

  it('shows free-form names as such, with what their values may be', () => {
    expect(rowOf('models.aliases.<name>')).toBe(
      "| `models.aliases.<name>` |  | text | Names that clients may use, each with a replica's own name for the model. |",
    );
  });

  it('lets no bar in a text end its cell', () => {
    expect(rowOf('keys[].sha256')).toContain('`printf %s KEY \\| sha256sum`');
  });
});
