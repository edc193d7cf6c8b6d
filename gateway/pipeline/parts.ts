import type { OutputLengths } from '../../routing/output-lengths.ts';
import type { ReplicaId } from '../../routing/replica.ts';
import type { Clock } from '../clock.ts';
import type { Engine } from '../engines/engine.ts';
import type { QuotaStore } from '../quota/quota-store.ts';
import type { AttemptEnd } from './attempt.ts';
import type { Breakages } from './breakages.ts';
import type { DeadlyRequests } from './deadly-requests.ts';
import type { DecisionLog } from './decision-log.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { ModelNames } from './model-names.ts';
import type { OpenAttempts } from './open-attempts.ts';
import type { OpenRequests } from './open-requests.ts';
import type { ResumeSettings } from './resume.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { TokenEstimator } from './token-estimator.ts';

/** What every request is served with. */
export interface PipelineParts {
  readonly quotas: QuotaStore;
  readonly dispatcher: Dispatcher;
  /** Where every decision is noted. */
  readonly decisions: DecisionLog;
  /** Where it stands while it is served. */
  readonly open: OpenRequests;
  readonly estimator: TokenEstimator;
  readonly lengths: OutputLengths;
  readonly names: ModelNames;
  readonly retries: RetryBudget;
  /** Which broken answers go on elsewhere. */
  readonly resume: ResumeSettings;
  /** Where answers broke lately. */
  readonly breakages: Breakages;
  /** Requests that are refused because they kill. */
  readonly deadly: DeadlyRequests;
  readonly clock: Clock;
  /** Longest wait for the first byte of an attempt's answer; none where it is left out. */
  readonly firstByteMs?: number | undefined;
  /** Longest wait between two tokens of a stream; none where it is left out. */
  readonly betweenTokensMs?: number | undefined;
  /** Longest time that a client may leave what waits for it unread; none where it is left out. */
  readonly unreadMs?: number | undefined;
  /** Connections to a replica of the fleet; `undefined` once it has left. */
  readonly engineOf: (id: ReplicaId) => Engine | undefined;
  /** Attempts under way, which end together where their replica stands still. */
  readonly openAttempts: OpenAttempts;
  /** Told how each attempt that began at `sentMs` ended, so that a dead replica is seen before its next health check. */
  readonly attempted: (id: ReplicaId, end: AttemptEnd, sentMs: number) => void;
  /** Told of an attempt that began at `sentMs`, and of which nothing counts against its replica, whatever was said before. */
  readonly excused: (id: ReplicaId, sentMs: number) => void;
  /** Told of bugs: what is thrown and is no `GatewayError`. */
  readonly reportBug: (error: unknown, requestId: string) => void;
}
