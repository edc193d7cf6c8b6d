import type { CommandFacts, EngineCommand } from './engine-command.ts';

/** What a template may ask for, in braces. */
const templateWords = ['model', 'served', 'port', 'tp'];

/**
 * Any other engine, by a command with words in braces: `my-server --model {model} --port {port}`. It is cut at
 * spaces, and no shell reads it.
 */
export function templateCommand(name: string, template: string): EngineCommand {
  const words = template.split(/\s+/u).filter((word) => word !== '');
  return { name, argv: (facts) => words.map((word) => filled(word, facts)), workspaceBytes: 0 };
}

/** The words in braces that no template may have; empty for a template that is right. */
export function unknownTemplateWords(template: string): readonly string[] {
  return [...template.matchAll(/\{([^{}]*)\}/gu)]
    .map(([, word = '']) => word)
    .filter((word) => !templateWords.includes(word));
}

function filled(word: string, { model, servedModel, port, tensorParallel }: CommandFacts): string {
  const values: Readonly<Record<string, string | number>> = {
    model,
    served: servedModel,
    port,
    tp: tensorParallel,
  };
  return word.replaceAll(/\{(\w+)\}/gu, (braces, name: string) => String(values[name] ?? braces));
}
