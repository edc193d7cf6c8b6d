import type { z } from 'zod';

import type { Problem } from './config-error.ts';
import { MAKE_A_KEY } from './guessable-keys.ts';
import { nearestName } from './nearest-name.ts';
import { isSecretSetting } from './secret-settings.ts';
import type { SchemaNode } from './setting-tree.ts';
import { allowedOf, schemaAt } from './setting-tree.ts';
import type { SettingPath } from './yaml-source.ts';

/** Longest value that a message repeats. */
const SHOWN_CHARACTERS_MAX = 60;

/** Of a URL; they are not for messages either. */
const CREDENTIALS = /\/\/[^/@]*@/;

/** What the schema found, in words that name the setting, its value and what is allowed. */
export function problemOf(
  issue: z.core.$ZodIssue,
  schema: SchemaNode,
  whereIs: (path: SettingPath) => string,
): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return { where: whereIs(path), what: unknownSetting(key, issue.path, schema) };
    });
  }
  const name = nameOf(issue.path);
  const setting = schemaAt(schema, issue.path) ?? {};
  const what = isMissing(issue)
    ? `${name} is missing: ${setting.description ?? allowedOf(setting)}`
    : `${name} cannot be ${shown(issue)}; it has to be ${allowedBy(issue, setting)}`;
  return [{ where: whereIs(issue.path), what }];
}

/** `replicas[0].url` of `['replicas', 0, 'url']`. */
export function nameOf(path: SettingPath): string {
  const written = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`));
  return written.join('').replace(/^\./, '') || 'the configuration';
}

function unknownSetting(key: string, path: SettingPath, schema: SchemaNode): string {
  const known = Object.keys(schemaAt(schema, path)?.properties ?? {});
  const nearest = nearestName(key, known);
  const hint = nearest === undefined ? `known are ${known.join(', ')}` : `${nearest} is known`;
  return `${nameOf([...path, key])} is no setting; ${hint}`;
}

function isMissing(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'invalid_type' && issue.input === undefined;
}

/** Patterns and tests have words of their own; for all else the schema's bounds say it. */
function allowedBy(issue: z.core.$ZodIssue, setting: SchemaNode): string {
  if (issue.code === 'custom') return issue.message;
  if (issue.code === 'invalid_format' && issue.format === 'regex') {
    return isDigest(issue) ? `${issue.message}: ${MAKE_A_KEY}` : issue.message;
  }
  if (issue.code === 'invalid_format') return `a ${issue.format} such as http://127.0.0.1:4318`;
  if (issue.code === 'too_big' && issue.origin === 'string') {
    return `text of at most ${issue.maximum} characters`;
  }
  if (issue.code === 'too_small' && issue.origin === 'string') return 'text that is not empty';
  if (issue.code === 'too_big' && issue.origin === 'array') {
    return `a list of at most ${issue.maximum}`;
  }
  return allowedOf(setting);
}

/** Of a key; what stands there by mistake may be the key itself. */
function isDigest({ path }: z.core.$ZodIssue): boolean {
  return /^(?:keyS|s)ha256$/u.test(String(path.at(-1)));
}

function shown(issue: z.core.$ZodIssue): string {
  const { path, input } = issue;
  if (isDigest(issue) && typeof input === 'string') return 'what it is';
  if (path.some((step) => isSecretSetting(String(step)))) return 'what it is';
  if (typeof input === 'object' && input !== null)
    return Array.isArray(input) ? 'a list' : 'a section';
  const text = String(input).replace(CREDENTIALS, '//***@');
  const short =
    text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text;
  return typeof input === 'string' ? `'${short}'` : short;
}
