/** How a fleet stands, those left out of it that somebody drains. */
export interface Census {
  readonly replicas: number;
  /** Those that are given requests. */
  readonly serving: number;
  /** Those that answer, and are left out for their errors. */
  readonly suspended: number;
}

/** Part of a fleet that may be left out for its errors; one replica may be in any case. */
const SUSPENDED_SHARE_MAX = 0.3;

/** With less than this part of a fleet serving, bad answers are better than none. */
const SERVING_SHARE_MIN = 0.5;

/** Whether one more replica that serves may be left out for its errors: errors everywhere are no fault of a replica. */
export function maySuspend({ replicas, serving, suspended }: Census): boolean {
  const suspendedMax = Math.max(Math.floor(SUSPENDED_SHARE_MAX * replicas), 1);
  return suspended < suspendedMax && !isPanic({ replicas, serving: serving - 1 });
}

/** Whether so few serve that those who are left out for their errors are tried again. */
export function isPanic({ replicas, serving }: Omit<Census, 'suspended'>): boolean {
  return serving < SERVING_SHARE_MIN * replicas;
}
