const SECRETS: ReadonlySet<string> = new Set(['apiKey', 'otlpHeaders', 'environment']);

/** Whether what stands under a name, or within it, is nobody's to see. */
export function isSecretSetting(name: string): boolean {
  return SECRETS.has(name);
}
