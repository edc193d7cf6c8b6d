import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { hashKey } from '../../gateway/server/key-check.ts';
import { CommandLine } from '../support/command-line.ts';
import { connectTo } from '../support/live/raw.ts';
import type { ScriptedCall } from '../support/live/scripted-engine.ts';
import { aScriptedEngine, openStream, scriptedModel } from '../support/live/scripted-engine.ts';
import { until } from '../support/live/until.ts';
import { chatEvent, doneEvent, errorEvent, finishEvent } from '../support/streams.ts';

/** Words that stand for a secret each. None may be found anywhere but at the engine and in an answer. */
const canary = {
  clientKey: 'canary-of-a-client-key-7f3a',
  wrongKey: 'canary-of-a-wrong-key-91bc',
  adminKey: 'canary-of-the-admin-key-55de',
  wrongAdminKey: 'canary-of-a-wrong-admin-key-08aa',
  engineKey: 'canary-of-the-engine-key-c0de',
  otlpKey: 'canary-of-the-collector-key-e1e1',
  prompt: 'canary in a prompt d00d',
  system: 'canary in a system message beef',
  tool: 'canary_in_a_tool_f00d',
  user: 'canary-of-an-end-user-1234',
  answer: 'canary in an answer abcd',
  header: 'canary-in-a-cookie-4321',
  query: 'canary-in-a-query-8765',
  media: 'canary-host.example',
} as const;

/** What an engine says; the prompt comes back in its errors, as those of real ones do. */
function answerAs({ body, response }: ScriptedCall, call: ScriptedCall): void {
  const { behaviour } = JSON.parse(body) as { readonly behaviour?: string };
  const json = { 'content-type': 'application/json' };
  switch (behaviour) {
    case 'refuse':
      response.writeHead(400, json);
      response.end(JSON.stringify({ error: { message: `cannot take ${canary.prompt}` } }));
      return;
    case 'fail':
      response.writeHead(500, json).end(JSON.stringify({ detail: canary.prompt }));
      return;
    case 'garbage':
      response.writeHead(200, json).end(canary.answer);
      return;
    case 'cut':
      openStream(call).write(chatEvent(canary.answer), () => response.destroy());
      return;
    case 'error-event':
      openStream(call).end(chatEvent(canary.answer) + errorEvent(500, canary.prompt) + doneEvent);
      return;
    case 'die':
      response.destroy();
      return;
    default:
      openStream(call).end(chatEvent(canary.answer) + finishEvent('stop') + doneEvent);
  }
}

function chat(more: object = {}): object {
  return {
    model: scriptedModel,
    stream: true,
    messages: [
      { role: 'system', content: canary.system },
      { role: 'user', content: canary.prompt },
    ],
    tools: [{ type: 'function', function: { name: canary.tool, parameters: {} } }],
    user: canary.user,
    ...more,
  };
}

/** Bodies that go wrong in every way that has words of its own. */
const bodies: readonly (object | string)[] = [
  chat(),
  ...['refuse', 'fail', 'garbage', 'cut', 'error-event', 'die'].map((behaviour) =>
    chat({ behaviour }),
  ),
  chat({ behaviour: 'garbage', stream: false }),
  chat({ stream: canary.prompt }),
  chat({ n: canary.prompt }),
  chat({ max_tokens: canary.prompt }),
  chat({ stop: { [canary.prompt]: 1 } }),
  chat({ stream_options: canary.prompt }),
  chat({ stream_options: [canary.prompt] }),
  chat({ logit_bias: canary.prompt }),
  chat({ response_format: canary.prompt.repeat(5_000) }),
  chat({ messages: [{ content: [{ image_url: { url: `http://${canary.media}/` } }] }] }),
  chat({ model: { name: canary.prompt } }),
  { messages: canary.prompt },
  { prompt: canary.prompt },
  `{"messages":"${canary.prompt}","messages":1}`,
  `{"messages":"${canary.prompt}"`,
  `{"messages":${canary.prompt}}`,
  `${canary.prompt}`,
  `{"${canary.prompt}":1,"${canary.prompt}":2}`,
  `{"stop":"${'x'.repeat(300)}\\q${canary.prompt}","messages":[1],"n":"\\q${canary.prompt}"}`,
];

/** Everything that was sent to a collector, as it came. */
async function aPatientCollector(): Promise<
  AsyncDisposable & { readonly url: string; readonly text: () => string }
> {
  let text = '';
  const server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    request.on('end', () => response.end());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    text: () => text,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function found(text: string): string[] {
  return Object.values(canary).filter((word) => text.includes(word));
}

describe('secrets and prompts', () => {
  it('are in no log line, span, metric, admin page or error of the gateway', async () => {
    await using engine = await aScriptedEngine((call) => answerAs(call, call));
    await using collector = await aPatientCollector();
    const folder = mkdtempSync(join(tmpdir(), 'numagate-canary-'));
    using _folder = { [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
    const file = join(folder, 'gateway.yaml');
    const settings = {
      replicas: [{ url: engine.url, engine: 'openai', id: 'engine', apiKey: canary.engineKey }],
      listen: { port: 0 },
      admin: { port: 0, keySha256: hashKey(canary.adminKey).toString('hex') },
      keys: [{ sha256: hashKey(canary.clientKey).toString('hex'), tenant: 'red' }],
      tenants: [{ name: 'red', requestsPerMinute: 1_000 }],
      telemetry: {
        logLevel: 'debug',
        otlpEndpoint: collector.url,
        otlpHeaders: { 'x-collector-key': canary.otlpKey },
      },
      shutdown: { settleMs: 0 },
    };
    writeFileSync(file, JSON.stringify(settings));
    await using gateway = new CommandLine(['serve', '--config', file, '--json']);
    const { url, adminUrl = '' } = await gateway.listening();
    await until('it is ready', async () => (await fetch(`${url}/ready`)).ok);
    const told: string[] = [];

    /** Errors of the gateway's own may not tell the canaries either; what an engine says is the engine's. */
    const ask = async (
      body: object | string,
      key: string,
      path = '/v1/chat/completions',
    ): Promise<void> => {
      const answer = await fetch(`${url}${path}?q=${canary.query}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          cookie: canary.header,
          'x-request-id': `not an id: ${canary.header}`,
          'content-type': 'application/json',
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      const text = await answer.text().catch(() => '');
      if (text.includes('"request_id"')) told.push(text.slice(text.lastIndexOf('"error"')));
    };
    for (const body of bodies) {
      await ask(body, canary.clientKey).catch(() => undefined);
      await ask(body, canary.clientKey, '/v1/completions').catch(() => undefined);
      await ask(body, canary.clientKey, '/generate').catch(() => undefined);
      await ask(body, canary.clientKey, '/v1/embeddings').catch(() => undefined);
    }
    await ask(chat(), canary.wrongKey);
    const leaver = await connectTo(url);
    leaver.socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nCookie: ${canary.header}\r\n`,
    );
    leaver.socket.destroy();

    const pages: string[] = [];
    for (const path of [
      '/metrics',
      '/admin/state',
      '/admin/replicas',
      '/admin/decisions?limit=100',
    ]) {
      for (const key of [canary.adminKey, canary.wrongAdminKey]) {
        const page = await fetch(`${adminUrl}${path}`, {
          headers: { authorization: `Bearer ${key}` },
        });
        pages.push(await page.text());
      }
    }
    const decisions = JSON.parse(pages[6] ?? '') as {
      readonly decisions: readonly { readonly requestId: string }[];
    };
    expect(decisions.decisions.length).toBeGreaterThan(0);
    for (const { requestId } of decisions.decisions.slice(0, 20)) {
      const headers = { authorization: `Bearer ${canary.adminKey}` };
      pages.push(
        await (await fetch(`${adminUrl}/admin/decisions/${requestId}`, { headers })).text(),
      );
    }
    writeFileSync(
      file,
      JSON.stringify({
        ...settings,
        replicas: [{ ...settings.replicas[0], apiKey: [canary.engineKey] }],
      }),
    );
    const reload = await fetch(`${adminUrl}/admin/reload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${canary.adminKey}` },
    });
    pages.push(await reload.text());
    const { stdout, stderr } = await gateway.stop('SIGTERM');

    expect(reload.status).toBe(400);
    expect(engine.calls.length).toBeGreaterThan(5);
    expect(engine.calls[0]?.body).toContain(canary.prompt);
    expect(engine.calls[0]?.request.headers.authorization).toBe(`Bearer ${canary.engineKey}`);
    expect(told.length).toBeGreaterThan(20);
    expect(stderr.split('\n').length).toBeGreaterThan(50);
    expect(collector.text().length).toBeGreaterThan(1_000);
    expect({
      log: found(stderr + stdout),
      spans: found(collector.text()),
      pages: found(pages.join('\n')),
      errors: found(told.join('\n')),
    }).toEqual({ log: [], spans: [], pages: [], errors: [] });
  });
});
