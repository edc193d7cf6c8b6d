import { describe, expect, it } from 'vitest';

import { counter, gauge, histogram, labels } from '../../telemetry/metric-definition.ts';

describe('a definition of a metric', () => {
  it.each([
    ['a_seconds', 'seconds'],
    ['a_bytes_total', 'bytes'],
    ['a_ratio', 'ratio'],
    ['a_watts', 'watts'],
    ['a_celsius', 'celsius'],
    ['a_hertz', 'hertz'],
    ['a_requests', ''],
    ['seconds_of_a', ''],
  ])('reads the unit from its name: %s', (name, unit) => {
    expect(gauge(name, 'It is.').unit).toBe(unit);
  });

  it('has a type, and labels where it is given some', () => {
    expect(histogram('a_seconds', 'It is.').type).toBe('histogram');
    expect(counter('a_total', 'It is.', [labels.gpu])).toMatchObject({
      type: 'counter',
      labels: ['gpu'],
    });
    expect(gauge('a', 'It is.')).toMatchObject({ type: 'gauge', labels: [], help: 'It is.' });
  });
});
