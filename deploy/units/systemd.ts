import { cpuListText } from '../cpu-list.ts';
import type { CpuRange } from '../cpu-list.ts';
import type { Plan } from '../plan.ts';
import type { PlannedReplica } from '../planned-replica.ts';
import type { UnitFile } from './unit-file.ts';

/** Seconds that an engine has to end its streams, past which it is killed with all its children. */
const STOP_S = 120;

/**
 * The gateway's service but for its CPUs, as in deploy/systemd/numagate-gateway.service, which says why. It expects the
 * gateway under /opt/numagate and its settings in /etc/numagate.
 */
const GATEWAY_SERVICE: readonly string[] = [
  'Type=exec',
  'ExecStart=/opt/numagate/bin/gateway serve --config /etc/numagate/gateway.yaml',
  'EnvironmentFile=-/etc/numagate/gateway.env',
  'DynamicUser=yes',
  'Restart=always',
  'RestartSec=1',
  'TimeoutStopSec=35',
  'KillMode=mixed',
  'LimitNOFILE=65536',
  'OOMScoreAdjust=-500',
  'CapabilityBoundingSet=',
  'LockPersonality=yes',
  'NoNewPrivileges=yes',
  'PrivateDevices=yes',
  'PrivateTmp=yes',
  'ProcSubset=pid',
  'ProtectClock=yes',
  'ProtectControlGroups=yes',
  'ProtectHome=yes',
  'ProtectHostname=yes',
  'ProtectKernelLogs=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelTunables=yes',
  'ProtectProc=invisible',
  'ProtectSystem=strict',
  'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX',
  'RestrictNamespaces=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'UMask=0077',
];

/**
 * A unit for each replica, pinned by the control group, and one for the gateway in front of them on the CPUs that the
 * plan kept back. Those of replicas name no user: an administrator adds one by `systemctl edit`.
 */
export function systemdUnits({ replicas, reservedCpus }: Plan): readonly UnitFile[] {
  return [...replicas.map(replicaUnit), gatewayUnit(reservedCpus)];
}

function replicaUnit(replica: PlannedReplica): UnitFile {
  const { id, model, environment, argv, cpus, memoryNodes } = replica;
  return {
    name: unitName(id),
    text: unit(
      [`Description=${literal(`${id}: ${model} on port ${replica.port}`)}`],
      [
        'Type=exec',
        ...Object.entries(environment).map(
          ([name, value]) => `Environment=${word(`${name}=${value}`)}`,
        ),
        `ExecStart=${commandLine(argv)}`,
        ...pinned(cpus, memoryNodes),
        // The parent alone is told to stop: engines drain only if their children go on.
        'KillMode=mixed',
        `TimeoutStopSec=${STOP_S}`,
        'LimitMEMLOCK=infinity',
        'Restart=on-failure',
        'RestartSec=10',
      ],
    ),
  };
}

function gatewayUnit(cpus: readonly CpuRange[]): UnitFile {
  return {
    name: unitName('gateway'),
    text: unit(
      [
        'Description=numagate, the gateway before the engines of this host',
        'StartLimitIntervalSec=0',
      ],
      [...GATEWAY_SERVICE, ...pinned(cpus, [])],
    ),
  };
}

function unit(head: readonly string[], service: readonly string[]): string {
  return [
    '[Unit]',
    ...head,
    'Wants=network-online.target',
    'After=network-online.target',
    '',
    '[Service]',
    ...service,
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n');
}

/** Memory comes from these nodes alone, and what asks for a policy of its own may choose among them. */
function pinned(cpus: readonly CpuRange[], memoryNodes: readonly number[]): readonly string[] {
  const nodes = memoryNodes.join(',');
  return [
    ...(cpus.length === 0 ? [] : [`AllowedCPUs=${cpuListText(cpus)}`]),
    ...(nodes === ''
      ? []
      : [`AllowedMemoryNodes=${nodes}`, 'NUMAPolicy=bind', `NUMAMask=${nodes}`]),
  ];
}

function unitName(id: string): string {
  return `numagate-${id.replaceAll(/[^\w.-]/gu, '-')}.service`;
}

/** A program is looked for as a shell would: systemd's own search knows few folders. */
function commandLine(argv: readonly string[]): string {
  return ['/usr/bin/env', ...argv].map(word).join(' ');
}

/** A word that systemd reads back as it is: no specifier, no variable, no border at its spaces. */
function word(text: string): string {
  const plain = literal(text).replaceAll('$', '$$$$');
  return /^[\w@%+=:,./${}-]+$/u.test(plain)
    ? plain
    : `"${plain.replaceAll(/["\\]/gu, String.raw`\$&`)}"`;
}

function literal(text: string): string {
  return text.replaceAll('%', '%%');
}
