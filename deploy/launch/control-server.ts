import { chmodSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

import type { LauncherState, WantedReplicas } from './launcher-state.ts';
import { RosterError } from './roster.ts';

/** What can be asked of a launcher. */
export interface LauncherDesk {
  state(): LauncherState;
  /** Throws `RosterError` for a wish that is no good. */
  apply(wanted: WantedReplicas): void;
  /** Throws `RosterError` for a replica that is not there. */
  restart(id: string): void;
  stop(): void;
}

/** 256 replicas with long environments are a few hundred kilobytes. */
export const BODY_BYTES_MAX: number = 4 * 2 ** 20;

/** Answers at a Unix socket, which only its owner can reach, until it is closed. */
export async function openControlServer(path: string, desk: LauncherDesk): Promise<Server> {
  const server = createServer((request, response) => void serve(request, response, desk));
  // Whoever locked the directory knows that nobody listens here.
  rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  chmodSync(path, 0o600);
  return server;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  desk: LauncherDesk,
): Promise<void> {
  try {
    const body = await bodyOf(request);
    if (body === undefined) return answer(response, 413, { error: 'the body is too long' });
    const known = act(`${request.method} ${request.url}`, body, desk);
    if (known) answer(response, 200, desk.state());
    else answer(response, 404, { error: `there is no ${request.method} ${request.url}` });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    answer(response, error instanceof RosterError ? 409 : 400, { error: message });
  }
}

function act(call: string, body: string, desk: LauncherDesk): boolean {
  const id = /^POST \/replicas\/([^/]+)\/restart$/.exec(call)?.[1];
  if (id !== undefined) desk.restart(decodeURIComponent(id));
  else if (call === 'PUT /replicas') desk.apply(JSON.parse(body) as WantedReplicas);
  else if (call === 'POST /stop') desk.stop();
  else return call === 'GET /state';
  return true;
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
  response.end(JSON.stringify(body));
}
