import type { Preset } from '../../deploy/simulator/presets.ts';
import type { AdmissionMode } from '../../routing/admission.ts';
import type { PolicyName } from '../../routing/policies/catalog.ts';
import type { Baseline } from './baselines.ts';
import type { WireFormat } from './wire-formats/wire-format.ts';
import type { RuleSet, Workload } from './workload.ts';

/** What is replayed, and how it is asked for. */
export interface ReplaySettings {
  readonly workload: Workload;
  readonly rules: RuleSet;
  /** Starts the draws of the workload, of the words and of the router's ties. */
  readonly seed: number;
  /** Backend by the reference's name. */
  readonly backend: string;
  readonly format: WireFormat;
  /** Model id; the first that the server lists where it is left out. */
  readonly model: string | undefined;
  readonly extraBody: Readonly<Record<string, unknown>>;
  readonly ignoreEndOfSequence: boolean;
  readonly asksUsage: boolean;
  readonly keepsText: boolean;
  readonly maxConcurrency: number | undefined;
  readonly warmUpRequests: number;
  /** Value of the `Authorization` header; none where it is left out. */
  readonly authorization: string | undefined;
}

/** Simulated replicas, and how the gateway before them decides. */
export interface FleetSettings {
  /** One simulated replica each, called `replica-0`, `replica-1` and so on. */
  readonly presets: readonly Preset[];
  readonly admission: AdmissionMode;
  readonly policy: PolicyName;
  /** Engine milliseconds in one wall millisecond. The gateway's own limits are never scaled. */
  readonly speed: number;
}

/** Where a gateway that is running tells what it did. */
export interface AdminPort {
  readonly adminUrl: string;
  /** Where it asks for one. */
  readonly adminKey: string | undefined;
}

/** What a workload is replayed against. */
export type ReplayTarget =
  | { readonly kind: 'url'; readonly url: string; readonly admin?: AdminPort | undefined }
  | { readonly kind: 'simulated' | 'virtual'; readonly fleet: FleetSettings };

/** A replay, ready to be made. */
export interface ReplayPlan {
  readonly settings: ReplaySettings;
  readonly target: ReplayTarget;
  /** The published run that is made again, if one is. */
  readonly reproduced: Baseline | undefined;
}
