import { diag } from '@opentelemetry/api';
import { globalErrorHandler } from '@opentelemetry/core';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  REASON_CHARACTERS_MAX,
  SdkWarnings,
  WARNING_KINDS_MAX,
} from '../../telemetry/sdk-warnings.ts';
import { LogNotes } from '../support/log-notes.ts';

let log: LogNotes;
let warnings: SdkWarnings;

beforeEach(() => {
  log = new LogNotes();
  warnings = new SdkWarnings(log);
});

function reasons(): unknown[] {
  return log.notes.map(({ level, fields }) => {
    expect(level).toBe('warn');
    return 'reason' in fields ? fields.reason : undefined;
  });
}

describe('what OpenTelemetry says', () => {
  it('is heard where it warns, and no further', () => {
    diag.error('an error');
    diag.warn('a warning', 7, 'details');
    diag.info('a word');
    diag.debug('a detail');
    diag.verbose('all');

    expect(reasons()).toEqual(['an error', 'a warning 7 details']);
  });

  it('is said once of each kind, whatever the figures', () => {
    for (const spans of [1, 20, 300]) diag.warn(`Dropped ${spans} spans`);
    diag.warn('Invalid key');

    expect(reasons()).toEqual(['Dropped 1 spans', 'Invalid key']);
  });

  it.each([
    [WARNING_KINDS_MAX, WARNING_KINDS_MAX],
    [WARNING_KINDS_MAX + 1, WARNING_KINDS_MAX],
  ])('of %i kinds is said of %i', (kinds, said) => {
    for (let kind = 1; kind <= kinds; kind += 1) diag.warn('x'.repeat(kind));

    expect(log.notes).toHaveLength(said);
  });

  it.each([REASON_CHARACTERS_MAX, REASON_CHARACTERS_MAX + 1])(
    'in %i characters is cut',
    (count) => {
      diag.warn('x'.repeat(count));

      expect(reasons()).toEqual(['x'.repeat(REASON_CHARACTERS_MAX)]);
    },
  );

  it('goes to the log that was opened last', () => {
    const later = new LogNotes();
    const second = new SdkWarnings(later);
    diag.warn('a warning');

    expect(log.notes).toEqual([]);
    expect(later.notes).toHaveLength(1);
    expect(second.takeRejectedSpans()).toBe(0);
  });
});

describe('an error of a batch', () => {
  it('is said by its name, its code and its message, without what the collector answered', () => {
    const refusal = Object.assign(new Error('Unauthorized'), { code: 401, data: 'a page' });
    globalErrorHandler(refusal);
    globalErrorHandler(
      Object.assign(new AggregateError([], 'none'), { code: 'ECONNREFUSED', message: '' }),
    );
    globalErrorHandler(new Error('Timeout'));
    globalErrorHandler('a text');

    expect(reasons()).toEqual([
      'Error 401 Unauthorized',
      'AggregateError ECONNREFUSED',
      'Error Timeout',
      'a text',
    ]);
  });
});

describe('rejected spans', () => {
  it('are those of the answers since the last call', () => {
    expect(warnings.takeRejectedSpans()).toBe(0);
    diag.warn('Received Partial Success response:', '{"rejectedSpans":12,"errorMessage":"x"}');

    expect(warnings.takeRejectedSpans()).toBe(12);
    expect(warnings.takeRejectedSpans()).toBe(0);
  });

  it.each(['{"errorMessage":"be quick"}', '{"rejectedSpans":-1}', '', undefined])(
    'are none in the answer %j',
    (answer) => {
      diag.warn('Received Partial Success response:', answer);

      expect(warnings.takeRejectedSpans()).toBe(0);
    },
  );
});
