import { describe, expect, it } from 'vitest';
import { provenanceOf } from '../../../gateway/cli/provenance.ts';

describe('where a report comes from', () => {
  it('is a command that a shell takes as it stands', () => {
    const { command } = provenanceOf([
      'replay',
      '--extra-request-body',
      '{"a": "it\'s"}',
      '--speed',
      '4',
    ]);

    expect(command).toBe(
      String.raw`npm run gateway -- replay --extra-request-body '{"a": "it'\''s"}' --speed 4`,
    );
  });

  it('holds no credentials', () => {
    const { command } = provenanceOf(['replay', '--url', 'http://me:sesame@a:1']);

    expect(command).toBe("npm run gateway -- replay --url 'http://***@a:1'");
  });

  it('tells machine, system and Node', () => {
    expect(provenanceOf([]).host).toMatch(/^.+, \d+ CPUs, \w+ \S+, Node \d+\.\d+\.\d+$/u);
  });
});
