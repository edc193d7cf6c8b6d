/** What an event without a choice holds; such events are rare enough to be parsed. */
export type BareEvent = 'error' | 'usage' | 'other';

const ERROR_EVENT = /^event: ?error\r?$/m;

/**
 * Looks for an error in an event without a choice: named by its `event:` line, in a member `error`, or as the
 * flat `{"object": "error", …}` of older engines; else for token counts.
 */
export function readBareEvent(event: string, at: number): BareEvent {
  if (ERROR_EVENT.test(event.slice(0, at))) return 'error';
  const { error, object, usage } = membersOf(event.slice(at));
  if (object === 'error' || isThere(error)) return 'error';
  return typeof usage === 'object' && usage !== null ? 'usage' : 'other';
}

function isThere(error: unknown): boolean {
  return (
    (typeof error === 'object' && error !== null) || (typeof error === 'string' && error !== '')
  );
}

function membersOf(payload: string): Readonly<Record<string, unknown>> {
  try {
    return (JSON.parse(payload) ?? {}) as Readonly<Record<string, unknown>>;
  } catch {
    // What is no JSON is nothing that the gateway knows; it passes.
    return {};
  }
}
