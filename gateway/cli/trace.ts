import { text } from 'node:stream/consumers';
import { Command } from 'commander';

import { codesIn } from './gap-codes.ts';
import { gapReport } from './gap-report.ts';
import { say } from './output.ts';
import { UsageError } from './usage-error.ts';

interface DecodeFlags {
  readonly json?: boolean;
}

/** `gateway trace`: what spans tell in few bytes, for people. */
export function traceCommand(): Command {
  const command = new Command('trace')
    .description('Read what a span tells of every token of its stream.')
    .addHelpText('after', '\nExample:\n  gateway trace decode g1.4.0PAAA');
  command
    .command('decode')
    .description(
      'Show when the tokens of a stream came: a table, and their rhythm as a plot.\n' +
        'Reads `gateway.gaps` of spans, by itself or within whatever holds it, such as\n' +
        'OTLP as JSON.',
    )
    .argument('[text]', 'what to read; standard input where it is left out')
    .option('--json', 'as JSON, in milliseconds')
    .addHelpText('after', '\nExample:\n  gateway trace decode < span.json')
    .action(decode);
  return command;
}

async function decode(given: string | undefined, flags: DecodeFlags): Promise<void> {
  const streams = codesIn(given ?? (await text(process.stdin)));
  if (streams.length === 0) {
    throw new UsageError(
      'There are no gaps in this text: look for the attribute gateway.gaps, which begins with g1.',
    );
  }
  say(
    flags.json === true
      ? JSON.stringify({ streams }, null, 2)
      : streams.map((gaps) => gapReport(gaps)).join('\n\n'),
  );
}
