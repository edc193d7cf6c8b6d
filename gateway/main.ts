import { Command, CommanderError } from 'commander';

import { tell } from './cli/output.ts';
import { UsageError } from './cli/usage-error.ts';
import { version } from './version.ts';

/** A command's name, and where it is found once it is called: `--help` loads nothing else. */
const COMMANDS: readonly (readonly [string, string, () => Promise<Command>])[] = [
  [
    'serve',
    'Put the gateway in front of replicas.',
    async () => (await import('./cli/serve.ts')).serveCommand(),
  ],
  [
    'simulate',
    'Run one simulated replica.',
    async () => (await import('./cli/simulate.ts')).simulateCommand(),
  ],
  [
    'replay',
    'Replay a workload and compare it with published runs.',
    async () => (await import('./cli/replay.ts')).replayCommand(),
  ],
  [
    'demo',
    'Plan, simulate, serve and replay, all in one.',
    async () => (await import('./cli/demo.ts')).demoCommand(),
  ],
  [
    'config',
    'Check a configuration, print it, or print its schema.',
    async () => (await import('./cli/config.ts')).configCommand(),
  ],
];

/** Wrong words on the command line. */
const EXIT_USAGE = 2;
/** The work failed. */
const EXIT_FAILURE = 1;

/** Help is laid out for a terminal of this width, also where there is none. */
const HELP_COLUMNS = 100;

await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', endQuietly);
  const program = new Command('gateway')
    .description('A serving gateway, router and benchmark for vLLM and SGLang replicas.')
    .version(version, '-V, --version')
    .addHelpText('after', '\nExample:\n  gateway serve --replica http://127.0.0.1:30000');
  const called = calledBy(argv);
  for (const [name, description, load] of COMMANDS) {
    if (name === called) program.addCommand(await load());
    else program.command(name).description(description).allowUnknownOption();
  }
  makeStrict(program);
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Whoever read our output has seen enough of it, as `head` does. */
function endQuietly(error: Error & { readonly code?: string }): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}

/** The first word that is no flag, or the one after `help`. */
function calledBy(argv: readonly string[]): string | undefined {
  const words = argv.filter((word) => !word.startsWith('-'));
  return words[0] === 'help' ? words[1] : words[0];
}

/** Errors come back here in place of ending the process, from every command. */
function makeStrict(command: Command): void {
  command
    .exitOverride()
    .showHelpAfterError('(--help tells more)')
    .configureHelp({ helpWidth: Math.min(process.stdout.columns || HELP_COLUMNS, HELP_COLUMNS) });
  for (const inner of command.commands) makeStrict(inner);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    // Commander has said what is wrong; help and version are no errors.
    return error.exitCode === 0 ? 0 : EXIT_USAGE;
  }
  tell(`gateway: ${error instanceof Error ? error.message : String(error)}`);
  return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILURE;
}
