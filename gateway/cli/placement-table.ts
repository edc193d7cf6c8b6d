import { cpuListText } from '../../deploy/placement.ts';
import type { Host, ReplicaPlacement } from '../../deploy/placement.ts';

/** A plan as a table for people: which replica on which GPUs, node and CPUs, and why. */
export function placementTable(host: Host, plan: readonly ReplicaPlacement[]): string {
  const rows = [
    ['', 'GPUs', 'NUMA node', 'CPUs', 'why'],
    ...plan.map(({ replica, gpus, numaNodes, cpus, reason }) => [
      `replica-${replica}`,
      gpus.join(' '),
      numaNodes.join(' '),
      cpuListText(cpus),
      reason,
    ]),
  ];
  const names = [...new Set(host.gpus.map(({ name }) => name))].join(', ');
  const title = `The published host, not this machine: ${host.gpus.length} × ${names}, ${host.nodes.length} NUMA nodes`;
  return `${title}\n\n${leftAligned(rows)}`;
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
