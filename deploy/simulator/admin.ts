import type { IncomingMessage, ServerResponse } from 'node:http';

import type { FaultBook, StandingRule } from './fault-book.ts';
import { BadFaultRule, isRequestFault, readFaultRule } from './fault-rules.ts';
import { parseBody } from './body-fields.ts';
import { jsonAnswer, type PlainAnswer, sendAnswer } from './plain-answer.ts';
import { readBody } from './read-body.ts';
import { RequestRefused } from './refusal.ts';
import type { LoggedRequest, RequestLog } from './request-log.ts';

/** What the admin port shows and moves. */
export interface AdminParts {
  readonly faults: FaultBook;
  readonly log: RequestLog;
  /** Everything that is known of the replica at this moment. */
  readonly state: () => Readonly<Record<string, unknown>>;
  /** Called after the rules have changed; `rule` is the one that was added. */
  readonly onFaults: (rule: StandingRule | undefined) => Promise<void>;
}

/** Longest rule, in bytes. */
const RULE_BYTES_MAX = 64 * 1024;

/** Requests that `GET /requests` shows unless told how many. */
const REQUESTS_SHOWN = 16;

/** Answers on the admin port: `GET /state`, `GET|DELETE /requests`, `GET|POST|DELETE /faults`. */
export class Admin {
  readonly #parts: AdminParts;

  constructor(parts: AdminParts) {
    this.#parts = parts;
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    readBody(request, RULE_BYTES_MAX, (body) => {
      void this.#answer(request, body).then((answer) => sendAnswer(response, answer));
    });
  }

  async #answer(request: IncomingMessage, body: Buffer | undefined): Promise<PlainAnswer> {
    if (body === undefined) return jsonAnswer(413, { error: 'a rule is at most 64 KiB long' });
    const [path, query] = (request.url ?? '/').split('?', 2);
    const { faults, log, state } = this.#parts;
    switch (`${request.method} ${path}`) {
      case 'GET /state':
        return jsonAnswer(200, state());
      case 'GET /requests':
        return jsonAnswer(200, this.#requests(new URLSearchParams(query)));
      case 'DELETE /requests':
        log.clear();
        return jsonAnswer(200, { requests: [] });
      case 'GET /faults':
        return jsonAnswer(200, { faults: faults.list().map(showRule) });
      case 'POST /faults':
        return this.#addFault(body.toString('utf8'));
      case 'DELETE /faults':
        faults.clear();
        await this.#parts.onFaults(undefined);
        return jsonAnswer(200, { faults: [] });
      default:
        return jsonAnswer(404, { error: 'there are /state, /requests and /faults' });
    }
  }

  #requests(query: URLSearchParams): unknown {
    const { log } = this.#parts;
    const count = Number(query.get('last') ?? REQUESTS_SHOWN);
    return { total: log.total, requests: log.last(count).map(showRequest) };
  }

  async #addFault(text: string): Promise<PlainAnswer> {
    try {
      const rule = readFaultRule(parseBody(text));
      const standing = this.#parts.faults.add(rule);
      if (standing === undefined) return jsonAnswer(409, { error: 'too many rules stand' });
      await this.#parts.onFaults(standing);
      return jsonAnswer(201, showRule(standing));
    } catch (error) {
      if (error instanceof BadFaultRule) return jsonAnswer(400, { error: error.message });
      if (error instanceof RequestRefused) return jsonAnswer(400, { error: error.refusal });
      throw error;
    }
  }
}

function showRule({ id, rule, hits }: StandingRule): Readonly<Record<string, unknown>> {
  const times = isRequestFault(rule.fault) && rule.times < Infinity ? { times: rule.times } : {};
  return { id, ...rule.fault, match: rule.match, ...times, hits };
}

function showRequest(request: LoggedRequest): Readonly<Record<string, unknown>> {
  const { body, ...rest } = request;
  return { ...rest, bodyBytes: body.length, body: body.toString('utf8') };
}
