import { AIMessageChunk } from '@langchain/core/messages';
import { concat } from '@langchain/core/utils/stream';
import type { Question } from './define.ts';

/** How long an answer may take. */
export interface Patience {
  readonly wholeMilliseconds: number;
  /** Without any piece of it: a stream that stalls stays open for ever otherwise. */
  readonly idleMilliseconds: number;
}

/** An answer as it came, placeholders and all. */
export interface Heard {
  readonly message: AIMessageChunk;
  /** `stop`, `tool_calls`, `length`, `content_filter` …; `null`: it ended without saying why. */
  readonly finishReason: string | null;
  /** The model's own words where it declines. */
  readonly refusal: string | null;
}

/** Waited for in vain. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut';
}

/** Came, and was no answer of a model. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

interface Listening extends Pick<Question, 'signal' | 'onText' | 'mask'> {
  readonly patience: Patience;
}

/** Reads an answer to its end. Throws `TimedOut`, `NoAnswer`, or what the client throws. */
export const readStream = async (
  begin: (signal: AbortSignal) => Promise<AsyncIterable<AIMessageChunk>>,
  { patience, signal, onText, mask }: Listening,
): Promise<Heard> => {
  const watch = openWatch(patience, signal);
  const speech = openSpeech(onText, mask);
  const heard = openHearing();
  try {
    for await (const chunk of await begin(watch.signal)) {
      watch.touch();
      heard.take(chunk);
      speech.say(chunk.text);
    }
    watch.signal.throwIfAborted();
  } catch (error) {
    throw watch.signal.aborted ? watch.signal.reason : error;
  } finally {
    watch.stop();
  }
  speech.end();
  return heard.whole();
};

/** Ends the call when it has taken too long in all, or nothing came for too long, or nobody waits for it. */
const openWatch = ({ wholeMilliseconds, idleMilliseconds }: Patience, ended?: AbortSignal) => {
  const control = new AbortController();
  const giveUp = (milliseconds: number, what: string) =>
    setTimeout(() => {
      control.abort(new TimedOut(`${what} within ${milliseconds / 1000} seconds`));
    }, milliseconds);
  const whole = giveUp(wholeMilliseconds, 'the answer was not at its end');
  let idle = giveUp(idleMilliseconds, 'nothing came');
  return {
    signal: ended === undefined ? control.signal : AbortSignal.any([control.signal, ended]),
    touch: () => {
      clearTimeout(idle);
      idle = giveUp(idleMilliseconds, 'nothing more came');
    },
    stop: () => {
      clearTimeout(whole);
      clearTimeout(idle);
    },
  };
};

const openHearing = () => {
  let message: AIMessageChunk | null = null;
  let finishReason: string | null = null;
  let refusal = '';
  return {
    take: (chunk: AIMessageChunk) => {
      const { raw, bare } = withoutRaw(chunk);
      finishReason = textOf(bare.response_metadata['finish_reason']) ?? finishReason;
      refusal +=
        textOf(raw?.choices?.[0]?.delta?.refusal) ??
        textOf(bare.additional_kwargs['refusal']) ??
        '';
      message = message === null ? bare : concat(message, bare);
    },
    whole: (): Heard => {
      if (message === null || !AIMessageChunk.isInstance(message))
        throw new NoAnswer('what the endpoint sent is no message of a model');
      return { message, finishReason, refusal: refusal === '' ? null : refusal };
    },
  };
};

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

interface RawChunk {
  readonly choices?: readonly { readonly delta?: { readonly refusal?: unknown } }[];
}

/** The client keeps a refusal nowhere but in what came raw, which is not to be added up over the pieces. */
const withoutRaw = (chunk: AIMessageChunk): { raw: RawChunk | undefined; bare: AIMessageChunk } => {
  const { __raw_response: raw, ...rest } = chunk.additional_kwargs as { __raw_response?: RawChunk };
  chunk.additional_kwargs = rest;
  return { raw, bare: chunk };
};

/** Says the pieces with names restored: what may be the beginning of a placeholder waits for its end. */
const openSpeech = (onText: Question['onText'], { restore }: Question['mask']) => {
  let waiting = '';
  const say = (text: string) => {
    if (text !== '') onText?.(restore(text));
  };
  return {
    say: (piece: string) => {
      waiting += piece;
      const open = /\[[^\]]{0,40}$/u.exec(waiting)?.index ?? waiting.length;
      say(waiting.slice(0, open));
      waiting = waiting.slice(open);
    },
    end: () => {
      say(waiting);
    },
  };
};
