import type { Host } from '../../deploy/host.ts';
import type { Plan } from '../../deploy/plan.ts';
import { choosePinning } from '../../deploy/launcher.ts';
import { cpuListText } from '../../deploy/placement.ts';
import type { PlannedReplica } from '../../deploy/planned-replica.ts';

/** What a plan is for, in a line: how many GPUs of which name, and how many NUMA nodes. */
export function hostText({ gpus, nodes }: Host): string {
  const names = [...new Set(gpus.map(({ name }) => name))].join(', ');
  return `${gpus.length} × ${names}, ${nodes.length} NUMA ${nodes.length === 1 ? 'node' : 'nodes'}`;
}

/** A plan as a table for people, with the reasons of each replica below it, and last what was given up. */
export function planTable(plan: Plan): string {
  const rows = [
    ['replica', 'GPUs', 'node', 'CPUs', 'memory', 'port', 'KV tokens'],
    ...plan.replicas.map((replica) => [
      replica.id,
      replica.gpus.join(','),
      orDash(replica.numaNodes.join(',')),
      orDash(cpuListText(replica.cpus)),
      orDash(replica.memoryNodes.join(',')),
      String(replica.port),
      replica.kvTokensExpected?.toLocaleString('en-US') ?? '-',
    ]),
    ...gatewayRow(plan),
  ];
  const whys = plan.replicas.map(({ id, reasons }) => `${id}: ${reasons.join('; ')}.`);
  return [leftAligned(rows), whys.join('\n'), ...givenUp(plan)].join('\n\n');
}

/** The gateway's own threads are spread over the nodes of the replicas that they serve. */
function gatewayRow({ replicas, reservedCpus }: Plan): readonly (readonly string[])[] {
  if (reservedCpus.length === 0) return [];
  const nodes = [...new Set(replicas.flatMap(({ numaNodes }) => numaNodes))].toSorted(
    (one, other) => one - other,
  );
  return [['gateway', '-', orDash(nodes.join(',')), cpuListText(reservedCpus), '-', '-', '-']];
}

/** The command of each replica as a shell takes it: its environment, what pins it, and the engine's own words. */
export async function planCommands({ replicas }: Plan): Promise<string> {
  const texts = replicas.map(async (replica) => `${replica.id}:\n  ${await commandText(replica)}`);
  return (await Promise.all(texts)).join('\n');
}

function givenUp({ givenUp: sentences }: Plan): readonly string[] {
  if (sentences.length === 0) return [];
  return [`Given up:\n${sentences.map((sentence) => `- ${sentence}.`).join('\n')}`];
}

/** Pinned in the launcher's strictest way: what the host of the plan refuses cannot be tried from here. */
async function commandText(replica: PlannedReplica): Promise<string> {
  const { environment, argv } = replica;
  const { prefix } = await choosePinning(replica, () => Promise.resolve(true));
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${quoted(value)}`);
  return [...variables, ...[...prefix, ...argv].map(quoted)].join(' ');
}

/** As a POSIX shell reads it back. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function orDash(text: string): string {
  return text === '' ? '-' : text;
}

function leftAligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
