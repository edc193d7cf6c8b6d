import { expect, it } from 'vitest';

import { isSecretSetting } from '../../../gateway/config/secret-settings.ts';

it('keys in plain text are secret, hashes of keys are not', () => {
  expect(['apiKey', 'otlpHeaders', 'sha256', 'keySha256', 'host'].map(isSecretSetting)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
});
