import { describe, expect, it } from 'vitest';
import { Exposition } from '../../telemetry/exposition.ts';
import type { Recorder } from '../../telemetry/recorder.ts';
import { RequestMetrics } from '../../telemetry/request-metrics.ts';
import { metrics } from '../../telemetry/semconv.ts';
import type { Service } from '../../telemetry/service.ts';
import { seriesOn, valueOn } from '../support/metrics-page.ts';
import { aDestination, aRecord, anAnsweredRecord, anEnding } from '../support/records.ts';

function pageOf(...records: readonly Recorder[]): string {
  return pageOfServed('good', ...records);
}

function pageOfServed(service: Service | undefined, ...records: readonly Recorder[]): string {
  const requests = new RequestMetrics();
  for (const record of records) {
    record.end(1080);
    requests.observe(record, anEnding({ service }));
  }
  const page = new Exposition('prometheus');
  requests.expose(page);
  return page.text();
}

/** A request that no replica was asked for. */
function aRefusal(
  errorCode: string,
  status: number,
  change: (record: Recorder) => void = () => {},
) {
  const record = aRecord();
  record.errorCode = errorCode;
  record.status = status;
  change(record);
  return record;
}

const route = 'http_route="/v1/chat/completions"';

describe('a request that was answered', () => {
  const page = pageOf(anAnsweredRecord(), anAnsweredRecord());

  it('counts by route, model, tenant and status', () => {
    const series = `${metrics.requests.name}{${route},gen_ai_request_model="llama",tenant="acme",http_response_status_code="200"}`;

    expect(valueOn(page, series)).toBe(2);
  });

  it.each([
    [`${metrics.inputTokens.name}{gen_ai_request_model="llama",tenant="acme",source="usage"}`, 16],
    [`${metrics.outputTokens.name}{gen_ai_request_model="llama",tenant="acme",source="usage"}`, 8],
    [`${metrics.requestBytes.name}{gen_ai_request_model="llama",tenant="acme"}`, 600],
    [`${metrics.responseBytes.name}{gen_ai_request_model="llama",tenant="acme"}`, 1800],
    [`${metrics.attempts.name}{replica="replica-0",engine="sglang"}`, 2],
  ])('adds up %s to %i', (series, value) => {
    expect(valueOn(page, series)).toBe(value);
  });

  it('adds nothing to what did not happen', () => {
    for (const metric of [metrics.refusals, metrics.pauses, metrics.cachedTokens]) {
      expect(seriesOn(page, metric.name)).toEqual([]);
    }
  });
});

describe('a request that was retried', () => {
  it('counts every attempt by its replica and its error', () => {
    const record = aRecord();
    record.attempt(aDestination({ replica: 'a' })).end(1010, 'engine_unreachable');
    record.attempt(aDestination({ replica: 'b' })).end(1070);
    record.status = 200;
    const page = pageOf(record);

    expect(seriesOn(page, metrics.attempts.name)).toEqual([
      `${metrics.attempts.name}{replica="a",engine="sglang",error_type="engine_unreachable"} 1`,
      `${metrics.attempts.name}{replica="b",engine="sglang"} 1`,
    ]);
    expect(seriesOn(page, metrics.requests.name)).toHaveLength(1);
  });
});

describe('a request that got no place', () => {
  it('tells what in particular refused it', () => {
    const page = pageOf(
      aRefusal('saturated', 503, (record) => (record.refusal = 'queue-full')),
      aRefusal('no_replica', 503, (record) => (record.refusal = 'ready')),
      aRefusal('invalid_request', 400),
    );

    expect(seriesOn(page, metrics.refusals.name)).toEqual([
      `${metrics.refusals.name}{error_type="saturated",reason="queue-full"} 1`,
      `${metrics.refusals.name}{error_type="no_replica",reason="ready"} 1`,
    ]);
  });

  it('counts no tokens: nobody has read its prompt', () => {
    const page = pageOf(aRefusal('saturated', 503, (record) => (record.promptTokensEstimate = 9)));

    expect(seriesOn(page, metrics.inputTokens.name)).toEqual([]);
  });
});

describe('the model of a request', () => {
  const named = (model: string) => (record: Recorder) => {
    record.model = model;
  };

  it('that a client made up gets no label', () => {
    const guesses = Array.from({ length: 500 }, (_, index) =>
      aRefusal('model_not_found', 404, named(`guess-${index}`)),
    );
    const page = pageOf(...guesses, anAnsweredRecord());

    expect(page).not.toContain('guess');
    expect(seriesOn(page, metrics.requests.name)).toEqual([
      `${metrics.requests.name}{${route},gen_ai_request_model="other",http_response_status_code="404",error_type="model_not_found"} 500`,
      expect.stringContaining('gen_ai_request_model="llama"'),
    ]);
  });

  it('that a replica has answered for keeps its label when it is refused', () => {
    const page = pageOf(anAnsweredRecord(), aRefusal('saturated', 503, named('llama')));

    expect(page).toContain(
      'gen_ai_request_model="llama",http_response_status_code="503",error_type="saturated"} 1',
    );
  });
});

describe('token counts', () => {
  function tokensOf(change: (record: Recorder) => void): string[] {
    const record = aRecord();
    record.attempt(aDestination());
    change(record);
    const page = pageOf(record);
    return [
      ...seriesOn(page, metrics.inputTokens.name),
      ...seriesOn(page, metrics.outputTokens.name),
    ];
  }

  it('say that they are estimated where the engine tells none', () => {
    expect(tokensOf((record) => (record.promptTokensEstimate = 12))).toEqual([
      `${metrics.inputTokens.name}{source="estimated"} 12`,
    ]);
  });

  it('say that they are counted where prompt or output were', () => {
    const tokens = tokensOf((record) => {
      record.promptTokens = 7;
      record.promptTokensSource = 'counted';
      record.timer.output(1010, 3);
    });

    expect(tokens).toEqual([
      `${metrics.inputTokens.name}{source="counted"} 7`,
      `${metrics.outputTokens.name}{source="counted"} 3`,
    ]);
  });

  it('tell apart what the engine had in its cache', () => {
    const record = aRecord();
    record.attempt(aDestination());
    record.usage({ prompt: 100, output: 1, cached: 64 });

    expect(valueOn(pageOf(record), metrics.cachedTokens.name)).toBe(64);
  });
});

describe('pauses', () => {
  it('are counted for the replica that was paused', () => {
    const record = anAnsweredRecord();
    record.pauses = 3;

    expect(valueOn(pageOf(record), `${metrics.pauses.name}{replica="replica-0"}`)).toBe(3);
  });
});

describe('streams that broke', () => {
  it('are counted for the replica that went on with them', () => {
    const record = anAnsweredRecord();
    record.resumes = 2;

    expect(valueOn(pageOf(record), `${metrics.resumes.name}{replica="replica-0"}`)).toBe(2);
  });

  it('or never began are counted where their next try would have been too many', () => {
    const record = anAnsweredRecord();
    record.retryDenied = true;

    expect(valueOn(pageOf(record), metrics.retriesDenied.name)).toBe(1);
  });
});

describe('a status', () => {
  it.each([0, 99, 600, 1000])('of %i is none', (status) => {
    expect(pageOf(aRefusal('client_closed', status))).not.toContain('status_code');
  });

  it.each([100, 499, 599])('of %i is a label', (status) => {
    expect(pageOf(aRefusal('client_closed', status))).toContain(`status_code="${status}"`);
  });
});

describe('the streams that ended', () => {
  const series = (service: string): string =>
    `${metrics.streams.name}{gen_ai_request_model="llama",tenant="acme",service="${service}"}`;

  it.each(['good', 'late', 'slow', 'failed', 'left'] as const)(
    'count as %s by how they were served',
    (service) => {
      expect(valueOn(pageOfServed(service, anAnsweredRecord()), series(service))).toBe(1);
    },
  );

  it('are no answers that come whole, and none of which nothing can be said', () => {
    const whole = anAnsweredRecord();
    whole.streamed = false;

    expect(pageOfServed('late', whole)).not.toContain(metrics.streams.name);
    expect(pageOfServed(undefined, anAnsweredRecord())).not.toContain(metrics.streams.name);
  });
});

describe('a retry', () => {
  it('counts under the replica that had failed and how, and a first try does not', () => {
    const record = aRecord();
    record.attempt(aDestination({ replica: 'a' })).end(1010, 'engine_unreachable');
    record.attempt(aDestination({ replica: 'b' })).end(1070);

    expect(seriesOn(pageOf(record), metrics.retries.name)).toEqual([
      `${metrics.retries.name}{replica="a",error_type="engine_unreachable"} 1`,
    ]);
    expect(pageOf(anAnsweredRecord())).not.toContain(metrics.retries.name);
  });
});
