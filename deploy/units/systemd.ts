import { cpuListText } from '../cpu-list.ts';
import type { CpuRange } from '../cpu-list.ts';
import type { Plan } from '../plan.ts';
import type { PlannedReplica } from '../planned-replica.ts';
import type { UnitFile } from './unit-file.ts';

/** Seconds that an engine has to end its streams, past which it is killed with all its children. */
const STOP_S = 120;

/** Where the gateway's unit looks for its settings. */
const CONFIG = '/etc/numagate/gateway.yaml';

/**
 * A unit for each replica, pinned by the control group, and one for the gateway in front of them on the CPUs that the
 * plan kept back. They name no user: an administrator adds one by `systemctl edit`.
 */
export function systemdUnits({ replicas, reservedCpus }: Plan): readonly UnitFile[] {
  return [...replicas.map(replicaUnit), gatewayUnit(reservedCpus)];
}

function replicaUnit(replica: PlannedReplica): UnitFile {
  const { id, model, environment, argv, cpus, memoryNodes } = replica;
  return {
    name: unitName(id),
    text: unit(`${id}: ${model} on port ${replica.port}`, [
      ...Object.entries(environment).map(
        ([name, value]) => `Environment=${word(`${name}=${value}`)}`,
      ),
      `ExecStart=${commandLine(argv)}`,
      ...pinned(cpus, memoryNodes),
      // The parent alone is told to stop: engines drain only if their children go on.
      'KillMode=mixed',
      `TimeoutStopSec=${STOP_S}`,
      'LimitMEMLOCK=infinity',
    ]),
  };
}

function gatewayUnit(cpus: readonly CpuRange[]): UnitFile {
  return {
    name: unitName('gateway'),
    text: unit('numagate, in front of the replicas of this host', [
      `ExecStart=${commandLine(['numagate', 'serve', '--config', CONFIG])}`,
      ...pinned(cpus, []),
      'KillMode=mixed',
      `TimeoutStopSec=${STOP_S}`,
    ]),
  };
}

function unit(description: string, service: readonly string[]): string {
  return [
    '[Unit]',
    `Description=${literal(description)}`,
    'Wants=network-online.target',
    'After=network-online.target',
    '',
    '[Service]',
    'Type=exec',
    ...service,
    'Restart=on-failure',
    'RestartSec=10',
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
