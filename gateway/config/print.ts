import { stringify } from 'yaml';

import { isSecretSetting } from './secret-settings.ts';
import type { Config } from './settings.ts';

/** The settings as text that can be read back, defaults included and secrets veiled. */
export function printConfig(config: Config, format: 'yaml' | 'json'): string {
  const shown = veiled(config);
  return format === 'json' ? JSON.stringify(shown, null, 2) : stringify(shown).trimEnd();
}

function veiled(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => veiled(item, name));
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value);
    return Object.fromEntries(
      members.map(([key, member]) => [key, veiled(member, isSecretSetting(name) ? name : key)]),
    );
  }
  return isSecretSetting(name) ? '***' : value;
}
