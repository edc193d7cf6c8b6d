import type { AdminPort } from './admin-port.ts';
import { askAdmin, noAdminPort } from './admin-port.ts';

/** What a replica may be marked with. */
export type ReplicaMark = 'drain' | 'undrain';

/** Marks a replica at its gateway. Rejects with what to do next where that does not know it. */
export async function markReplica(id: string, mark: ReplicaMark, port: AdminPort): Promise<void> {
  const path = `/admin/replicas/${encodeURIComponent(id)}/${mark}`;
  const { status, body } = await askAdmin(path, port, '');
  if (status === 200) return;
  if (status === 404 && body.includes('There is no replica')) {
    throw new Error(
      `The gateway at ${port.adminUrl} has no replica ${id}: ${port.adminUrl}/admin/replicas lists them.`,
    );
  }
  throw noAdminPort(port, status, 'marks no replica');
}
