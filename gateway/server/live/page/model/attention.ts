import type { BoardRequest } from './request-board.ts';

/** The requests in which nothing has happened for longest, at most `limit`: who is stuck is among them. */
export function quietest(requests: Iterable<BoardRequest>, limit: number): readonly BoardRequest[] {
  const found: BoardRequest[] = [];
  for (const request of requests) {
    const last = found.at(-1);
    if (found.length === limit && last !== undefined && request.movedAtMs >= last.movedAtMs)
      continue;
    const place = found.findIndex((other) => request.movedAtMs < other.movedAtMs);
    found.splice(place === -1 ? found.length : place, 0, request);
    if (found.length > limit) found.pop();
  }
  return found;
}
