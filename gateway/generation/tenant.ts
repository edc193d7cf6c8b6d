/** Tenant of every request where no keys are set up. */
export const ANONYMOUS_TENANT = 'anonymous';

/** The lowest priority. There are few, so that each can mean something, and each is a queue of its own. */
export const PRIORITY_MIN = -10;

/** The highest priority. */
export const PRIORITY_MAX = 10;
