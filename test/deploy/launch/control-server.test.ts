import { request } from 'node:http';
import { statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { BODY_BYTES_MAX, openControlServer } from '../../../deploy/launch/control-server.ts';
import type { LauncherDesk } from '../../../deploy/launch/control-server.ts';
import type { LauncherState } from '../../../deploy/launch/launcher-state.ts';
import { RosterError } from '../../../deploy/launch/roster.ts';
import { TemporaryFolder } from '../../support/launched/plans.ts';

const state: LauncherState = {
  protocol: 1,
  version: '0',
  pid: 1,
  run: 'a run',
  startedAtMs: 0,
  stopping: false,
  owners: [],
  replicas: [],
};

/** A desk that notes what it is asked, at a socket. */
class Desk implements LauncherDesk, AsyncDisposable {
  readonly asked: string[] = [];
  readonly folder: TemporaryFolder = new TemporaryFolder();
  #server: Awaited<ReturnType<typeof openControlServer>> | undefined;

  static async open(): Promise<Desk> {
    const desk = new Desk();
    // Left by one that was killed.
    writeFileSync(desk.folder.dir.socket, '');
    desk.#server = await openControlServer(desk.folder.dir.socket, desk);
    return desk;
  }

  state(): LauncherState {
    return state;
  }

  apply(wanted: object): void {
    this.asked.push(`apply ${JSON.stringify(wanted)}`);
  }

  restart(id: string): void {
    if (id === 'other') throw new RosterError('there is no replica other');
    this.asked.push(`restart ${id}`);
  }

  stop(): void {
    this.asked.push('stop');
  }

  async ask(method: string, path: string, body = ''): Promise<string> {
    return new Promise((resolve, reject) => {
      const asked = request({ socketPath: this.folder.dir.socket, method, path }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => (text += part));
        answer.on('end', () => resolve(`${answer.statusCode} ${text}`));
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<unknown>((resolve) => {
      this.#server?.close(resolve);
    });
    this.folder[Symbol.dispose]();
  }
}

describe('the socket of a launcher', () => {
  it('can be reached by its owner alone', async () => {
    await using desk = await Desk.open();
    expect(statSync(desk.folder.dir.socket).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['GET', '/state', '', []],
    ['PUT', '/replicas', '{"replicas":[]}', ['apply {"replicas":[]}']],
    ['POST', '/replicas/sglang%3A0/restart', '', ['restart sglang:0']],
    ['POST', '/stop', '', ['stop']],
  ])('takes %s %s and answers with the state', async (method, path, body, asked) => {
    await using desk = await Desk.open();
    expect(await desk.ask(method, path, body)).toBe(`200 ${JSON.stringify(state)}`);
    expect(desk.asked).toEqual(asked);
  });

  it('says what it cannot do', async () => {
    await using desk = await Desk.open();
    expect(await desk.ask('POST', '/replicas/other/restart')).toBe(
      '409 {"error":"there is no replica other"}',
    );
    expect(await desk.ask('GET', '/other')).toBe('404 {"error":"there is no GET /other"}');
    expect(await desk.ask('PUT', '/replicas', '{')).toMatch(/^400 \{"error":".*JSON/u);
    expect(desk.asked).toEqual([]);
  });

  it('reads a body up to its bound and no further', async () => {
    await using desk = await Desk.open();
    const atBound = `"${'x'.repeat(BODY_BYTES_MAX - 2)}"`;
    expect(await desk.ask('PUT', '/replicas', atBound)).toMatch(/^200 /u);
    expect(await desk.ask('PUT', '/replicas', `${atBound} `)).toBe(
      '413 {"error":"the body is too long"}',
    );
    expect(desk.asked).toHaveLength(1);
  });
});
