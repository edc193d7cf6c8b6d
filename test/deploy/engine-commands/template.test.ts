import { describe, expect, it } from 'vitest';

import { templateCommand, unknownTemplateWords } from '../../../deploy/engine-commands/template.ts';

describe('a template', () => {
  it('is filled word by word, and no value is cut at its spaces', () => {
    const { name, argv } = templateCommand(
      'mine',
      ' serve {model}  --as={served} -p {port} {tp} {tp}',
    );
    const facts = { model: 'a b', servedModel: '{port}', port: 1, tensorParallel: 2 };

    expect(name).toBe('mine');
    expect(argv(facts)).toEqual(['serve', 'a b', '--as={port}', '-p', '1', '2', '2']);
  });

  it('names the words that it cannot fill', () => {
    expect(unknownTemplateWords('a {model} {gpu} {} {{port}}')).toEqual(['gpu', '']);
    expect(unknownTemplateWords('a {model} {served} {port} {tp}')).toEqual([]);
  });
});
