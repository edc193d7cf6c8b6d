import { asciiJson } from '../ascii-json.ts';
import type { Choice, Generation } from '../generation.ts';
import { doneEvent } from './json-pieces.ts';
import type { AnswerWriter, StreamFrames } from './protocol.ts';

/** SGLang's own `/generate` in 0.5.23. Text and ids are cumulative: each event holds the whole answer so far. */
export const sglangCurrentGenerate: AnswerWriter = { frames: writeFrames, whole: writeWhole };

/** The answer of one choice so far, grown chunk by chunk so that no event writes it anew. */
interface Grown {
  text: string;
  ids: string;
}

function writeFrames(generation: Generation): StreamFrames {
  const grown = generation.choices.map((): Grown => ({ text: '', ids: '' }));

  const event = (choice: Choice, from: number, to: number, meta: string): string => {
    const soFar = grow(grown[choice.index], choice, from, to);
    return `data: ${choiceJson(generation, choice, soFar, meta)}\n\n`;
  };
  return {
    opening: () => '',
    content(choice, from, to) {
      const sent = from === 0 ? `,${sentTime(generation)}` : '';
      return event(choice, from, to, `${runningMeta(generation, choice, to)}${sent}`);
    },
    last: (choice, from, to) =>
      event(
        choice,
        from,
        to,
        `${lastMeta(generation, choice, to)},${streamEndTimes(generation, to)}`,
      ),
    closing: () => doneEvent,
  };
}

function writeWhole(generation: Generation): string {
  const answers = generation.choices.map((choice) => {
    const tokens = generation.tokens(choice);
    const meta = `${lastMeta(generation, choice, tokens)},${wholeEndTimes(generation, tokens)}`;
    const text = choice.answer.text(0, tokens);
    return choiceJson(
      generation,
      choice,
      { text, ids: choice.answer.ids(0, tokens).join(',') },
      meta,
    );
  });
  return answers.length === 1 ? (answers[0] ?? '') : `[${answers.join(',')}]`;
}

function grow(grown: Grown | undefined, choice: Choice, from: number, to: number): Grown {
  const soFar = grown ?? { text: '', ids: '' };
  soFar.text += choice.answer.text(from, to);
  const ids = choice.answer.ids(from, to).join(',');
  soFar.ids += from === 0 || ids === '' ? ids : `,${ids}`;
  return soFar;
}

function choiceJson(
  generation: Generation,
  { index }: Choice,
  { text, ids }: Grown,
  meta: string,
): string {
  const place = generation.choices.length > 1 ? `,"index":${index}` : '';
  return `{"text":"${text}","output_ids":[${ids}],"meta_info":{${meta}}${place}}`;
}

function runningMeta(generation: Generation, choice: Choice, tokens: number): string {
  return `${startOfMeta(generation, choice, 'null', tokens)},${cachedDetails(generation, choice)}`;
}

function lastMeta(generation: Generation, choice: Choice, tokens: number): string {
  const versions = `"weight_versions":[{"version":"default","start":0,"end":${tokens}}]`;
  const finish = finishJson(generation, choice);
  return `${startOfMeta(generation, choice, finish, tokens)},${versions},${cachedDetails(generation, choice)}`;
}

function startOfMeta(
  generation: Generation,
  choice: Choice,
  finish: string,
  tokens: number,
): string {
  const { receivedMs, firstTokenMs = receivedMs } = generation.milestones();
  const entered = generation.receivedSeconds;
  const prefilled = entered + (firstTokenMs - receivedMs) / 1000;
  // Time in the queue is not told apart from the prefill.
  const times = `"forward_entry_time":${entered},"prefill_finished_time":${prefilled},"queue_time":0.0`;
  const storage = '"storage_prefetch_wait":0.0,"storage_staging_wait":0.0';
  const cached = generation.cachedTokens(choice);
  return `"id":${choice.idJson},"finish_reason":${finish},"prompt_tokens":${choice.prompt.ids.length},"weight_version":"default","num_retractions":0,${storage},${times},"reasoning_tokens":0,"completion_tokens":${tokens},"cached_tokens":${cached}`;
}

function cachedDetails(generation: Generation, choice: Choice): string {
  const cached = generation.cachedTokens(choice);
  const details = cached === 0 ? 'null' : `{"device":${cached},"host":0}`;
  return `"cached_tokens_details":${details},"dp_rank":null`;
}

function finishJson(generation: Generation, choice: Choice): string {
  const { reason, matched } = generation.finish(choice);
  if (reason === 'length') return `{"type":"length","length":${generation.tokens(choice)}}`;
  if (reason === 'abort') return '{"type":"abort","message":"Aborted","status_code":null}';
  return `{"type":"stop","matched":${asciiJson(matched ?? null)}}`;
}

/** Wall time of the first event. */
function sentTime(generation: Generation): string {
  const { receivedMs, firstTokenMs = receivedMs } = generation.milestones();
  const sent = generation.receivedSeconds + (firstTokenMs - receivedMs) / 1000;
  return `"response_sent_to_client_ts":${sent}`;
}

function streamEndTimes(generation: Generation, tokens: number): string {
  return `${latencies(generation)},${sentTime(generation)},${finishTimes(generation, tokens)}`;
}

function wholeEndTimes(generation: Generation, tokens: number): string {
  return `${latencies(generation)},${finishTimes(generation, tokens)},${sentTime(generation)}`;
}

function latencies(generation: Generation): string {
  const {
    receivedMs,
    firstTokenMs = receivedMs,
    lastTokenMs = receivedMs,
  } = generation.milestones();
  const whole = (lastTokenMs - receivedMs) / 1000;
  const first = (firstTokenMs - receivedMs) / 1000;
  const received = generation.receivedSeconds;
  return `"e2e_latency":${whole},"request_received_ts":${received},"first_token_latency":${first},"api_server_dispatch_finish_ts":${received}`;
}

function finishTimes(generation: Generation, tokens: number): string {
  const {
    receivedMs,
    firstTokenMs = receivedMs,
    lastTokenMs = receivedMs,
  } = generation.milestones();
  const finished = generation.receivedSeconds + (lastTokenMs - receivedMs) / 1000;
  const decodeSeconds = (lastTokenMs - firstTokenMs) / 1000;
  const throughput = decodeSeconds > 0 ? (tokens - 1) / decodeSeconds : 0;
  return `"request_finished_ts":${finished},"decode_throughput":${throughput}`;
}
