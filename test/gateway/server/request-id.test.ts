import { describe, expect, it } from 'vitest';

import { requestIdOf } from '../../../gateway/server/request-id.ts';

const drawn = () => 'drawn';

describe('the id of a request', () => {
  it.each(['a', 'trace-1:2.3_4', 'x'.repeat(128)])(
    'is the client’s own where it is sane: %s',
    (id) => {
      expect(requestIdOf(id, drawn)).toBe(id);
    },
  );

  it.each([undefined, '', 'x'.repeat(129), 'a b', 'a\r\nb', 'ä', ['one', 'two']])(
    'is drawn where the client sent none that is safe in a header or a log: %j',
    (id) => {
      expect(requestIdOf(id, drawn)).toBe('drawn');
    },
  );
});
