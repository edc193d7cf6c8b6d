import OpenAI from 'openai';

type Options = ConstructorParameters<typeof OpenAI>[0];

/** The official client as anybody has it. It does not retry unless told, so that a test sees each answer. */
export function openAi(gateway: { readonly url: string }, options: Options = {}): OpenAI {
  return new OpenAI({
    baseURL: `${gateway.url}/v1`,
    apiKey: 'None',
    maxRetries: 0,
    logLevel: 'off',
    ...options,
  });
}

/** The official client, and the bodies that it has sent. */
export function recordedOpenAi(
  gateway: { readonly url: string },
  options: Options = {},
): { readonly client: OpenAI; readonly sent: readonly string[] } {
  const sent: string[] = [];
  const client = openAi(gateway, {
    ...options,
    fetch: async (url, init) => {
      if (typeof init?.body === 'string') sent.push(init.body);
      return fetch(url, init);
    },
  });
  return { client, sent };
}

/** Members of vLLM and SGLang that the client's own types do not know. */
export function withExtras<Body extends object>(
  body: Body,
  extras: Readonly<Record<string, unknown>> = { ignore_eos: true },
): Body {
  return { ...body, ...extras };
}
