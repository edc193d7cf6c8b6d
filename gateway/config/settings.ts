import type { AdmissionMode } from '../../routing/admission.ts';
import type { PolicyName } from '../../routing/policies/catalog.ts';
import type { RequestCaps } from '../caps/request-caps.ts';
import type { EngineName } from '../engines/catalog.ts';
import type { LogLevel } from '../../telemetry/telemetry.ts';
import type { QuotaLimits } from '../quota/quota-store.ts';

/** Every setting, as it is after defaults. What each means, its unit and bounds: `schema.ts`. */
export interface Config {
  readonly listen: ListenSettings;
  readonly admin: AdminSettings;
  readonly replicas: readonly ReplicaSettings[];
  readonly launch: LaunchSettings;
  readonly models: ModelSettings;
  readonly routing: RoutingSettings;
  readonly admission: AdmissionSettings;
  readonly limits: LimitSettings;
  readonly resume: ResumeSettings;
  readonly timeouts: TimeoutSettings;
  readonly keys: readonly KeySettings[];
  readonly tenants: readonly TenantSettings[];
  readonly discovery: DiscoverySettings;
  readonly gpuHealth: GpuHealthSettings;
  readonly telemetry: TelemetrySettings;
  readonly shutdown: ShutdownSettings;
}

/** Files of a certificate and its key, as PEM. */
export interface TlsSettings {
  readonly certFile: string;
  readonly keyFile: string;
}

/** The data port. */
export interface ListenSettings {
  readonly host: string;
  readonly port: number;
  readonly reusePort: boolean;
  readonly tls?: TlsSettings | undefined;
  readonly allowUnauthenticated: boolean;
}

/** The admin port. */
export interface AdminSettings {
  readonly host: string;
  readonly port: number;
  readonly tls?: TlsSettings | undefined;
  readonly keySha256?: string | undefined;
  readonly allowUnauthenticated: boolean;
}

/** One replica: where it is, and what it does not tell of itself. */
export interface ReplicaSettings {
  /** Origin, without a trailing slash. */
  readonly url: string;
  readonly id: string;
  readonly engine?: EngineName | undefined;
  readonly models?: readonly string[] | undefined;
  readonly kvCapacityTokens?: number | undefined;
  readonly kvBlockTokens?: number | undefined;
  readonly contextTokensMax?: number | undefined;
  readonly apiKey?: string | undefined;
  readonly caFile?: string | undefined;
  readonly forwardAuthorization: boolean;
  readonly gpus?: readonly string[] | undefined;
  readonly numaNode?: number | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** What is started, and how. */
export interface LaunchSettings {
  /** Where the launcher and its gateways meet. */
  readonly runDir?: string | undefined;
  readonly readyMsMax: number;
  readonly stopMsMax: number;
  readonly replicas: readonly LaunchedReplicaSettings[];
}

/** One engine that is started: its command, and where it runs. */
export interface LaunchedReplicaSettings {
  readonly id: string;
  readonly engine: string;
  readonly model: string;
  readonly port: number;
  /** Words with `{id}`, `{model}` and `{port}` in them. */
  readonly argv: readonly string[];
  readonly gpus: readonly string[];
  /** As the kernel writes them, `0-95,192-287`. */
  readonly cpus?: string | undefined;
  readonly memoryNodes: readonly number[];
  readonly environment: Readonly<Record<string, string>>;
  readonly kvCapacityTokens?: number | undefined;
}

/** How models are called. */
export interface ModelSettings {
  /** A name that clients use, to the name that replicas know. */
  readonly aliases: Readonly<Record<string, string>>;
}

/** Where requests go. */
export interface RoutingSettings {
  readonly policy: PolicyName;
  /** Judged on live traffic, without acting. */
  readonly shadow?: PolicyName | undefined;
  readonly goodFirstTokenMs: number;
  readonly goodTokenGapMs: number;
}

/** Which requests wait, and how long. */
export interface AdmissionSettings {
  readonly mode: AdmissionMode;
  readonly waitingRequestsMax: number;
  readonly waitingBytesMax: number;
  readonly waitingPromptTokensMax: number;
  readonly waitingMsMax: number;
  readonly prefillTokensOutMax: number;
}

/** Bounds of what a client may send, hold and ask for. */
export interface LimitSettings extends RequestCaps {
  readonly bodyBytesMax: number;
  readonly headBytesMax: number;
  readonly openRequestsMax: number;
  readonly connectionsMax: number;
  readonly eventLoopLateMsMax: number;
  readonly retriesShare: number;
}

/** Which broken streams go on elsewhere. */
export interface ResumeSettings {
  readonly mode: 'exact' | 'text' | 'off';
  readonly tokensMax: number;
}

/** Time limits of a request. */
export interface TimeoutSettings {
  readonly connectMs: number;
  readonly firstByteMs?: number | undefined;
  readonly betweenTokensMs?: number | undefined;
  readonly unreadMs: number;
  readonly totalMs: number;
}

/** One API key of a client. */
export interface KeySettings {
  readonly sha256: string;
  readonly tenant: string;
}

/** What is special about one tenant. */
export interface TenantSettings extends QuotaLimits {
  readonly name: string;
  readonly weight: number;
  readonly priority: number;
}

/** How replicas are watched. */
export interface DiscoverySettings {
  readonly loadIntervalMs: number;
  readonly loadTimeoutMs: number;
  readonly healthIntervalMs: number;
  readonly healthTimeoutMs: number;
  readonly failuresMax: number;
  readonly successesMin: number;
  readonly retryMsMax: number;
  readonly ejectionMsMax: number;
}

/** How the GPUs of this machine are watched. */
export interface GpuHealthSettings {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly drainsSick: boolean;
  readonly nvidiaSmi: string;
  readonly kernelLog: string;
}

/** What is told of requests, and to whom. */
export interface TelemetrySettings {
  readonly serviceName: string;
  readonly otlpEndpoint?: string | undefined;
  readonly otlpHeaders: Readonly<Record<string, string>>;
  readonly sampleRatio: number;
  readonly logLevel: LogLevel;
}

/** How the gateway stops. */
export interface ShutdownSettings {
  readonly settleMs: number;
  readonly drainMs: number;
}
