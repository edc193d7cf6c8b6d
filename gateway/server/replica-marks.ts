import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';

/** Marks replicas for whoever takes them down. Each is false where there is no replica of that id. */
export interface ReplicaMarks {
  /** It is given nothing more, until `undrain`. */
  drain(id: string): boolean;
  undrain(id: string): boolean;
}

/** What marks a replica may be given, by the last word of the path. */
const MARKS = ['drain', 'undrain'] as const;

/**
 * Mounts `POST /admin/replicas/{id}/drain` and `…/undrain`. A mark is kept in memory alone, whatever becomes of the
 * replica: it ends with `undrain`, or with the gateway.
 */
export function mountReplicaMarks(
  app: Hono<{ Bindings: HttpBindings }>,
  marks: ReplicaMarks,
): void {
  for (const mark of MARKS) {
    app.post(`/admin/replicas/:id/${mark}`, (context) => {
      const id = context.req.param('id');
      if (marks[mark](id)) return context.json({ replica: id, mark });
      const message = `There is no replica ${id}: GET /admin/replicas lists them.`;
      return context.json({ error: { code: 'not_found', message } }, 404);
    });
  }
}
