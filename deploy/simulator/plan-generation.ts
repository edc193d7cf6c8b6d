import { composeAnswer } from './answer.ts';
import { asciiJson } from './ascii-json.ts';
import { hashBlocks } from './block-hashes.ts';
import { derivedId } from './derived-id.ts';
import type { SimulatedRequest } from './engine.ts';
import type { Choice } from './generation.ts';
import type { GenerationRequest } from './generation-request.ts';
import { chainOf } from './hash-chain.ts';
import type { Prompt } from './prompts.ts';
import type { Protocol } from './protocols/protocol.ts';
import { RequestRefused } from './refusal.ts';
import type { GenerationPlan } from './running-generation.ts';
import type { SimulatedReplica } from './simulated-replica.ts';

/** What a plan needs beside the request. */
export interface PlanParts {
  readonly replica: SimulatedReplica;
  readonly protocol: Protocol;
  /** The client's own name for the request, from a header. */
  readonly clientId: string | undefined;
  /** 32 hexadecimal digits that no other request has. */
  readonly random: string;
}

/** Plans every answer of a request. Throws `RequestRefused` when it does not fit or names another model. */
export function planGeneration(request: GenerationRequest, parts: PlanParts): GenerationPlan {
  const { replica, protocol, clientId, random } = parts;
  if (protocol.rules.checksModel && request.model !== replica.model) {
    throw new RequestRefused({ kind: 'unknown-model', model: request.model });
  }
  const id = protocol.nameGeneration(request, clientId, random);
  const prompts = request.prompts.map((prompt, index) =>
    planPrompt(prompt, request, {
      ...parts,
      promptId: index === 0 ? id : derivedId(id, String(index)),
    }),
  );
  const choices = prompts.flatMap((planned) => planned.choices);
  return {
    id,
    requestId: clientId ?? random,
    createdSeconds: Math.floor(replica.nowSeconds()),
    receivedSeconds: replica.nowSeconds(),
    receivedMs: replica.nowMs(),
    model: protocol.shownModel(request, replica.model),
    request,
    choices: choices.map((choice, index) => ({ ...choice, index })),
    work: prompts.flatMap((planned) => planned.work),
  };
}

/** Choices of one prompt, and what the engine has to do for each. */
interface PlannedPrompt {
  readonly choices: readonly Choice[];
  readonly work: readonly SimulatedRequest[];
}

function planPrompt(
  prompt: Prompt,
  request: GenerationRequest,
  { replica, protocol, promptId }: PlanParts & { readonly promptId: string },
): PlannedPrompt {
  const { preset } = replica;
  const promptTokens = prompt.ids.length;
  const outputTokensMax = protocol.fitOutput(request, promptTokens, preset.contextTokensMax);
  const blockHashes = hasPrefixCache(preset.scheduler)
    ? hashBlocks(prompt.ids, preset.kvBlockTokens)
    : [];
  const choices = Array.from({ length: request.choicesPerPrompt }, (_, index): Choice => {
    const answer = composeAnswer(chainOf(prompt.ids, index), {
      outputTokensMax,
      outputTokensMin: request.outputTokensMin,
      ignoreEnd: request.ignoreEnd,
      stop: request.stop,
    });
    return { index, id: promptId, idJson: asciiJson(promptId), prompt, answer };
  });
  const work = choices.map(({ answer }) => ({
    promptTokens,
    outputTokens: answer.tokens,
    blockHashes,
  }));
  return { choices, work };
}

/** The engines of 2024 ran without one by default, or for models of such a length. */
function hasPrefixCache(scheduler: string): boolean {
  return scheduler === 'current';
}
