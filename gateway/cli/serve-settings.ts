import type { Config, Override } from '../config.ts';
import { ConfigError, loadConfig } from '../config.ts';
import { UsageError } from './usage-error.ts';

/** Flags of `gateway serve`, as the command line gives them. */
export interface ServeFlags {
  readonly replica?: readonly string[];
  readonly config?: string;
  readonly host?: string;
  readonly port?: number;
  readonly adminHost?: string;
  readonly adminPort?: number;
  readonly policy?: string;
  readonly admission?: string;
  readonly kvCapacityTokens?: number;
  readonly contextTokensMax?: number;
  readonly otlpEndpoint?: string;
  readonly logLevel?: string;
  readonly allowUnauthenticated?: boolean;
  readonly json?: boolean;
}

/** The settings of flags, `more` of them and file together. Throws `UsageError` that names each flag or line at fault. */
export function settingsOf(
  flags: ServeFlags,
  environment: Readonly<Record<string, string | undefined>>,
  more: readonly Override[] = [],
): Config {
  try {
    const overrides = [...overridesOf(flags), ...more];
    const sources = { overrides, environment, needsReplica: true };
    return withTold(loadConfig(flags.config, sources), flags);
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function overridesOf(flags: ServeFlags): Override[] {
  const { replica, allowUnauthenticated } = flags;
  const overrides: Override[] = [
    { flag: '--replica', path: ['replicas'], value: replica?.map((url) => ({ url })) },
    { flag: '--host', path: ['listen', 'host'], value: flags.host },
    { flag: '--port', path: ['listen', 'port'], value: flags.port },
    { flag: '--admin-host', path: ['admin', 'host'], value: flags.adminHost },
    { flag: '--admin-port', path: ['admin', 'port'], value: flags.adminPort },
    { flag: '--policy', path: ['routing', 'policy'], value: flags.policy },
    { flag: '--admission', path: ['admission', 'mode'], value: flags.admission },
    { flag: '--otlp-endpoint', path: ['telemetry', 'otlpEndpoint'], value: flags.otlpEndpoint },
    { flag: '--log-level', path: ['telemetry', 'logLevel'], value: flags.logLevel },
    {
      flag: '--allow-unauthenticated',
      path: ['listen', 'allowUnauthenticated'],
      value: allowUnauthenticated,
    },
  ];
  return overrides.filter(({ value }) => value !== undefined);
}

/** The settings, with what flags tell of replicas that do not tell it themselves. */
function withTold(config: Config, { kvCapacityTokens, contextTokensMax }: ServeFlags): Config {
  const replicas = config.replicas.map((replica) => ({
    ...replica,
    kvCapacityTokens: replica.kvCapacityTokens ?? kvCapacityTokens,
    contextTokensMax: replica.contextTokensMax ?? contextTokensMax,
  }));
  return { ...config, replicas };
}
