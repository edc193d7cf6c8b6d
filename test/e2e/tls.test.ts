import { connect } from 'node:tls';

import { Agent, fetch as undiciFetch } from 'undici';
import { describe, expect, it } from 'vitest';

import { readStream, rightAnswer, says } from '../support/live/answers.ts';
import type { CertificateFiles } from '../support/live/certificates.ts';
import { aCertificate, withoutOpenssl } from '../support/live/certificates.ts';
import { LiveGateway } from '../support/live/gateway.ts';
import { openAi, withExtras } from '../support/live/openai.ts';
import { postJson } from '../support/live/raw.ts';
import { LiveReplica } from '../support/live/replica.ts';
import {
  aScriptedEngine,
  openStream,
  scriptedModel,
  scriptedReplica,
} from '../support/live/scripted-engine.ts';
import { until } from '../support/live/until.ts';
import { chatEvent, doneEvent, finishEvent } from '../support/streams.ts';

const prompt = 'A sealed letter';

/** The official client with an authority of its own to trust. */
function trusting({ cert }: CertificateFiles, url: string) {
  const dispatcher = new Agent({ connect: { ca: cert() } });
  return openAi(
    { url },
    { fetch: undiciFetch as unknown as typeof fetch, fetchOptions: { dispatcher } as object },
  );
}

/** Name on the certificate that a port shows to a new connection. */
async function nameAt(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
    socket.on('error', reject);
    socket.on('secureConnect', () => {
      const { CN } = socket.getPeerCertificate().subject;
      socket.end();
      resolve(typeof CN === 'string' ? CN : '');
    });
  });
}

/** The same address by another name, since no replica may be listed twice. */
function namedAnew(url: string): string {
  return url.replace('127.0.0.1', 'localhost');
}

describe.skipIf(withoutOpenssl)('over TLS', () => {
  it('the data port streams to the official client that trusts its certificate', async () => {
    using certificate = aCertificate('first');
    const { certFile, keyFile } = certificate;
    await using replica = await LiveReplica.start();
    await using gateway = await LiveGateway.start({
      listen: { tls: { certFile, keyFile } },
      replicas: [{ url: replica.url }],
    });
    await gateway.ready(1);
    const ask = withExtras({ model: replica.model, prompt, max_tokens: 30, stream: true as const });

    const stream = await readStream(trusting(certificate, gateway.url).completions.create(ask));
    const stranger = await readStream(openAi(gateway).completions.create(ask));

    expect(gateway.url).toMatch(/^https:/);
    expect(stream).toMatchObject({ text: rightAnswer(prompt, 30), thrown: undefined });
    expect(stranger.thrown).toMatchObject({ message: 'Connection error.' });
  });

  it('the data port closes on a client that speaks plain HTTP', async () => {
    using certificate = aCertificate('first');
    const { certFile, keyFile } = certificate;
    await using gateway = await LiveGateway.start({
      listen: { tls: { certFile, keyFile } },
      replicas: [],
    });

    await expect(fetch(gateway.url.replace('https', 'http'))).rejects.toThrow('fetch failed');
    await expect(nameAt(gateway.url)).resolves.toBe('first');
  });

  it('the admin port answers with a certificate of its own', async () => {
    using certificate = aCertificate('of the admin');
    const { certFile, keyFile } = certificate;
    await using gateway = await LiveGateway.start({
      admin: { tls: { certFile, keyFile } },
      replicas: [],
    });
    const dispatcher = new Agent({ connect: { ca: certificate.cert() } });

    const page = await undiciFetch(`${gateway.adminUrl}/metrics`, { dispatcher });

    expect(gateway.adminUrl).toMatch(/^https:/);
    expect(gateway.url).toMatch(/^http:/);
    await expect(page.text()).resolves.toContain('gateway_build_info');
    await dispatcher.destroy();
  });

  it('a renewed certificate is shown to new connections, and open streams go on', async () => {
    using certificate = aCertificate('first');
    const { certFile, keyFile } = certificate;
    await using replica = await LiveReplica.start({ speed: 2 });
    await using gateway = await LiveGateway.start({
      listen: { tls: { certFile, keyFile } },
      replicas: [{ url: replica.url }],
    });
    await gateway.ready(1);
    const client = trusting(certificate, gateway.url);
    const asking = withExtras({ model: replica.model, prompt, max_tokens: 400 });
    const opening = client.completions.create({ ...asking, stream: true });
    await opening;

    certificate.renew('second');
    await until('the new one is shown', async () => (await nameAt(gateway.url)) === 'second');
    await expect(readStream(opening)).resolves.toMatchObject({
      text: rightAnswer(prompt, 400),
      thrown: undefined,
    });
  });

  it('a replica is reached that shows a certificate of the given authority', async () => {
    using certificate = aCertificate('engine');
    await using engine = await aScriptedEngine(
      (call) => {
        openStream(call).end(chatEvent('sealed') + finishEvent('stop') + doneEvent);
      },
      { tls: { cert: certificate.cert(), key: certificate.key() } },
    );
    const { certFile } = certificate;
    await using gateway = await LiveGateway.start({
      replicas: [{ ...scriptedReplica(engine), caFile: certFile }],
    });
    await gateway.ready(1);

    const stream = await readStream(
      openAi(gateway).chat.completions.create({
        model: scriptedModel,
        messages: says('a'),
        stream: true,
      }),
    );

    expect(stream).toMatchObject({ text: 'sealed', thrown: undefined });
  });

  it('a replica of an unknown authority is not trusted', async () => {
    using certificate = aCertificate('engine');
    using other = aCertificate('other');
    const tls = { cert: certificate.cert(), key: certificate.key() };
    await using engine = await aScriptedEngine((call) => call.response.end('{}'), { tls });
    await using gateway = await LiveGateway.start({
      replicas: [
        { ...scriptedReplica(engine), caFile: other.certFile },
        { ...scriptedReplica(engine), id: 'no-file', url: namedAnew(engine.url) },
      ],
    });
    await until('both were tried and tried again', () => engine.connections() >= 6);

    const answer = await postJson(`${gateway.url}/v1/chat/completions`, {
      model: scriptedModel,
      messages: says('a'),
    });

    expect(answer.status).toBe(503);
    expect(engine.calls).toEqual([]);
    expect((await gateway.state()).replicas.map(({ state }) => state)).toEqual([
      'starting',
      'starting',
    ]);
  });
});
