/** Tenant of every request where no keys are set up. */
export const ANONYMOUS_TENANT = 'anonymous';
