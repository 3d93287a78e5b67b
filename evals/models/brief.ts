import { AIMessage, type BaseMessage } from '@langchain/core/messages';
import type { JsonObject } from '../../src/domain/json.ts';

/** What a stand-in makes out of the case that it is handed: it sees no more than any model does. */
export interface ReadBrief {
  readonly playbook: string;
  readonly fact: (id: string) => string | null;
  /** The plan of rules; empty where it was not handed over. */
  readonly plan: readonly {
    readonly step: string;
    readonly tool: string;
    readonly args: JsonObject;
  }[];
  /** The text as a whole. */
  readonly text: string;
  /** Nothing was answered yet. */
  readonly isFirst: boolean;
}

export const readBrief = (messages: readonly BaseMessage[]): ReadBrief => {
  const text = messages.find(({ type }) => type === 'human')?.text ?? '';
  return {
    text,
    playbook: /^# Case .*\((?<id>[a-z-]+), class/mu.exec(text)?.groups?.['id'] ?? '',
    fact: (id) => factIn(text, id),
    plan: planIn(text),
    isFirst: !messages.some((message) => AIMessage.isInstance(message)),
  };
};

const factIn = (text: string, id: string): string | null => {
  const line = text.split('\n').find((one) => one.startsWith(`- ${id}: `));
  return line === undefined ? null : line.slice(id.length + 4).replace(/; [^;]*$/u, '');
};

const STEP = /^- (?<step>[\w-]+)(?: \(mandatory\))?: (?<tool>\w+) (?<args>\{.*\}); because /gmu;

const planIn = (text: string): ReadBrief['plan'] =>
  [...text.matchAll(STEP)].map(({ groups = {} }) => ({
    step: groups['step'] ?? '',
    tool: groups['tool'] ?? '',
    args: JSON.parse(groups['args'] ?? '{}') as JsonObject,
  }));
