import { textAnswer } from '../plain-answer.ts';
import type { Page } from './protocol.ts';

const FLUSHED =
  'Cache flushed.\nPlease check backend logs for more details. (When there are running or waiting requests, the operation will not be performed.)\n';

/** `/flush_cache` of SGLang 0.2.14 answers so whether it flushed, or work forbade it. */
export const flushCache02Page: Page = (replica) => {
  replica.flushCache();
  return textAnswer(200, FLUSHED);
};

/** `/flush_cache` of SGLang 0.5.23 tells by its status whether work forbade it. */
export const flushCachePage: Page = (replica) =>
  textAnswer(replica.flushCache() ? 200 : 400, FLUSHED);
