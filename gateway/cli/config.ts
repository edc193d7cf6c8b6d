import { Command } from 'commander';

import type { Config } from '../config.ts';
import { ConfigError, loadConfig } from '../config.ts';
import { printConfig } from '../config/print.ts';
import { settingTable } from '../config/setting-table.ts';
import { configJsonSchema } from '../config/setting-tree.ts';
import { say } from './output.ts';
import { UsageError } from './usage-error.ts';

/** `gateway config`: what settings there are, and whether a file is right. */
export function configCommand(): Command {
  const command = new Command('config')
    .description('Check a configuration, print it, or print its schema.')
    .addHelpText('after', '\nExample:\n  gateway config check gateway.yaml');
  command
    .command('check')
    .description('Say whether a file can be served with, and if not, what is wrong where.')
    .argument('<file>', 'settings as YAML')
    .addHelpText('after', '\nExample:\n  gateway config check gateway.yaml')
    .action(check);
  command
    .command('print')
    .description('Print all settings as they are after defaults and environment, secrets veiled.')
    .argument('[file]', 'settings as YAML; the defaults where there is none')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExample:\n  gateway config print gateway.yaml')
    .action((file: string | undefined, flags: { readonly json?: boolean }) => {
      say(printConfig(load(file), flags.json === true ? 'json' : 'yaml'));
    });
  command
    .command('schema')
    .description('Print the JSON schema of a file, for editors.')
    .addHelpText('after', '\nExample:\n  gateway config schema > gateway.schema.json')
    .action(() => say(JSON.stringify(configJsonSchema(), null, 2)));
  command
    .command('docs')
    .description('Print the table of all settings, as markdown.')
    .addHelpText('after', '\nExample:\n  gateway config docs > settings.md')
    .action(() => say(settingTable()));
  return command;
}

function check(file: string): void {
  const { replicas, launch } = load(file, { needsReplica: true });
  const count = replicas.length + launch.replicas.length;
  say(`${file} is right: ${count} ${count === 1 ? 'replica' : 'replicas'}.`);
}

function load(
  file: string | undefined,
  { needsReplica = false }: { readonly needsReplica?: boolean } = {},
): Config {
  try {
    return loadConfig(file, { environment: process.env, needsReplica });
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}
