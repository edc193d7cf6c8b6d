import type { IncomingHttpHeaders } from 'node:http';

import { GatewayError } from '../generation/error.ts';
import { PRIORITY_MIN } from '../generation/tenant.ts';

/** How early a request wants to be served; less than its tenant may is granted, more is not. */
const PRIORITY_HEADER = 'x-gateway-priority';

/** Milliseconds from its coming in which its answer is worth something. */
const DEADLINE_HEADER = 'x-gateway-deadline-ms';

/** The priority that is granted: what is asked for, from `PRIORITY_MIN` up to the tenant's own. Throws `invalid_request`. */
export function grantedPriority(headers: IncomingHttpHeaders, tenantPriority: number): number {
  const asked = wholeNumber(headers, PRIORITY_HEADER, /^[+-]?\d{1,4}$/);
  return Math.max(Math.min(asked ?? tenantPriority, tenantPriority), PRIORITY_MIN);
}

/** The time that a request has: what it says, up to `totalMsMax`. Throws `invalid_request`. */
export function grantedMs(headers: IncomingHttpHeaders, totalMsMax: number): number {
  const asked = wholeNumber(headers, DEADLINE_HEADER, /^\d{1,9}$/);
  return Math.min(asked ?? totalMsMax, totalMsMax);
}

function wholeNumber(headers: IncomingHttpHeaders, name: string, form: RegExp): number | undefined {
  const text = headers[name];
  if (text === undefined) return undefined;
  if (typeof text === 'string' && form.test(text.trim())) return Number(text);
  throw new GatewayError('invalid_request', `The header ${name} is not a whole number.`, {
    param: name,
  });
}
