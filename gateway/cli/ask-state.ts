import type { HouseState } from '../server/live/page/model/request-page.ts';
import type { AdminPort } from './admin-port.ts';
import { askAdmin, noAdminPort } from './admin-port.ts';

/** How a gateway stands, with at most `requests` of those in which nothing has happened for longest. */
export async function askState(requests: number, port: AdminPort): Promise<HouseState> {
  const { status, body } = await askAdmin(`/admin/state?requests=${requests}`, port);
  const state = parsed(body);
  if (status === 200 && Array.isArray(state?.requests) && Array.isArray(state.replicas)) {
    return state as HouseState;
  }
  throw noAdminPort(port, status, 'no state');
}

function parsed(text: string): Partial<HouseState> | null {
  try {
    return JSON.parse(text) as Partial<HouseState> | null;
  } catch {
    // Whoever answered, it is no gateway.
    return null;
  }
}
