import { dayIn } from '../domain/time.ts';
import { hidingFrom } from '../knowledge/embedders/hiding.ts';
import { askModel } from '../language-models/ask.ts';
import type { Asked as Heard } from '../language-models/define.ts';
import { modelRulesOf, wantedFor } from '../language-models/rules.ts';
import type { ToolSpec } from '../language-models/define.ts';
import type { BaseMessage } from '@langchain/core/messages';
import { accountIn, lookingUp, type Answer, type Found, type Talk } from './answer.ts';
import type { AskedOf, Desk, Named, Source } from './define.ts';
import { missingFor } from './file-request.ts';
import { grant, notThere } from './grant.ts';
import type { Mentioned } from './match-accounts.ts';
import { readQuestion, type Question } from './question.ts';
import { Acquaintance } from './reason/acquaintance.ts';
import { notBorneOut } from './reason/borne-out.ts';
import { calendarText, chatBrief, SCALE } from './reason/brief.ts';
import { evidenceOf, type Evidence } from './reason/evidence.ts';
import { think, type Thought } from './reason/think.ts';
import { ungroundedIn } from './reason/ungrounded.ts';
import type { WholeRepertoire } from './repertoire.ts';

/** The answer, or why there is none by a model: then rules answer, and say so. */
export type ByModel = { readonly answer: Answer } | { readonly refused: string };

/** By this name models.yaml and the record of calls know it. */
export const CHAT = 'chat';

/** Whether anybody is there to answer but the rules. */
export const hasModel = ({ models, config }: Pick<Desk, 'models' | 'config'>): boolean =>
  models !== null && models.nameFor(CHAT, wantedFor(modelRulesOf(config), CHAT)) !== null;

/** Longer than this nobody waits in a talk. */
const PATIENCE_MILLISECONDS = 90_000;

/**
 * Lets a model answer from what the tools of chat find, and checks what it says before anybody hears of it. What it reads
 * as a wish is filed as the wish of whoever asked, by the way of every wish. Throws where whoever asked is gone.
 */
export const answerByModel = async (
  talk: Talk,
  text: string,
  mentioned: Mentioned,
  repertoire: WholeRepertoire,
): Promise<ByModel> => {
  const about = new Conversation(talk, text, mentioned);
  const thought = await think({
    prompt: repertoire.prompt.text,
    brief: about.brief(),
    tools: repertoire.tools,
    wishes: repertoire.wishes,
    lookUp: async (tool, args) => {
      await about.look(tool, args);
      return about.found.at(-1)?.looked ?? { data: null, sources: [] };
    },
    ask: (messages, tools) => about.ask(messages, tools),
  });
  switch (thought.kind) {
    case 'fault':
      return { refused: thought.reason };
    case 'words':
      return inWords(about, thought.text);
    case 'wish':
      return asWish(about, thought);
  }
};

/** One question with everything that was found for it. */
class Conversation {
  readonly talk: Talk;
  readonly question: Question;
  readonly mentioned: Mentioned;
  readonly found: Found[] = [];
  readonly acquaintance: Acquaintance;
  readonly look: ReturnType<typeof lookingUp>['look'];
  readonly sources: () => Source[];
  readonly #patience = AbortSignal.timeout(PATIENCE_MILLISECONDS);

  constructor(talk: Talk, text: string, mentioned: Mentioned) {
    this.talk = talk;
    this.mentioned = mentioned;
    this.question = readQuestion(text, mentioned.kind === 'none' ? null : mentioned.mention);
    this.acquaintance = new Acquaintance(
      talk.desk,
      mentioned.kind === 'none' || mentioned.mention === '' ? [] : [mentioned.mention],
    );
    const { before } = talk;
    this.acquaintance.meet([...this.named, ...(before.account === null ? [] : [before.account])]);
    const hide = (said: string) => this.acquaintance.mask().hide(said);
    const embedders = hidingFrom(talk.desk.embedders, hide);
    const { look, sources } = lookingUp(
      { ...talk, desk: { ...talk.desk, embedders } },
      (id) => this.acquaintance.nameOf(id),
      (found) => this.found.push(found),
    );
    this.look = look;
    this.sources = sources;
  }

  get named(): readonly Named[] {
    if (this.mentioned.kind === 'none') return [];
    return this.mentioned.kind === 'one' ? [this.mentioned.account] : this.mentioned.accounts;
  }

  get today() {
    const { config, now } = this.talk.desk;
    return dayIn(config.zone, now);
  }

  brief(): string {
    const { desk, before } = this.talk;
    return chatBrief({
      question: this.question.text,
      today: this.today,
      named: this.named,
      mention: this.mentioned.kind === 'none' ? null : this.mentioned.mention,
      before,
      parts: desk.parts,
      templates: [...new Set(desk.config.templates.map(({ id }) => id))],
    });
  }

  /** Whoever is to be named in it is known by then, and leaves under another name. */
  async ask(messages: readonly BaseMessage[], tools: readonly ToolSpec[]): Promise<Heard> {
    const { desk, signal, thread, tell } = this.talk;
    signal.throwIfAborted();
    tell({ tool: 'model', text: 'Asking the model' });
    this.acquaintance.hear(this.found.flatMap(({ looked }) => looked.customersWrote ?? []));
    await this.acquaintance.meetIn(
      messages.map((message) => message.text),
      this.found.flatMap(({ looked }) =>
        looked.sources.flatMap(({ accountId }) => accountId ?? []),
      ),
    );
    const heard = await askModel(desk, {
      tenantId: desk.tenantId,
      agent: CHAT,
      purpose: { kind: 'chat', threadId: thread },
      messages,
      tools,
      mask: this.acquaintance.mask(),
      now: desk.now,
      signal: AbortSignal.any([signal, this.#patience]),
    });
    signal.throwIfAborted();
    return heard;
  }

  get readUntrusted(): boolean {
    return this.found.some(({ looked }) => looked.untrusted === true);
  }

  evidence(): Evidence[] {
    return [
      ...evidenceOf([calendarText(this.today), SCALE], null),
      ...this.found.flatMap(({ args, looked }) => evidenceOf(looked.data, accountIn(args))),
    ];
  }

  /** The account that it is about, for `them` in the next question. */
  account(): Named | null {
    if (this.mentioned.kind === 'one') return this.mentioned.account;
    const ids = new Set(this.found.flatMap(({ args }) => accountIn(args) ?? []));
    const [only] = ids;
    const known = this.acquaintance.accounts.find(({ accountId }) => accountId === only);
    return ids.size === 1 && known !== undefined ? known : this.talk.before.account;
  }

  answer(more: Pick<Answer, 'text' | 'filed'>): ByModel {
    return {
      answer: {
        ...more,
        mode: 'model',
        note: null,
        account: this.account(),
        choice: null,
        sources: this.sources(),
      },
    };
  }
}

const inWords = (about: Conversation, text: string): ByModel => {
  const { config } = about.talk.desk;
  const strangers = about.acquaintance.mask().strangers(text);
  if (strangers.length > 0)
    return { refused: `its answer names ${strangers[0] ?? ''}, whom nobody named before` };
  const faults = notBorneOut(text, {
    evidence: about.evidence(),
    accounts: about.acquaintance.accounts,
    question: about.question.text,
    linkDomains: config.contact.linkDomains ?? [],
  });
  if (faults.length > 0)
    return { refused: `the model’s answer was set aside: ${faults.slice(0, 3).join('; ')}` };
  return about.answer({ text, filed: [] });
};

type WishRead = Extract<Thought, { kind: 'wish' }>;

const asWish = async (
  about: Conversation,
  { wish, accountId, taken }: WishRead,
): Promise<ByModel> => {
  const { talk, question } = about;
  if (question.asks)
    return { refused: `the model read a wish (${wish.title.toLowerCase()}) into a question` };
  const account = wishedFor(about);
  if (account?.accountId !== accountId)
    return { refused: 'the model read a wish for an account that was not named' };
  const missing = missingFor(talk.desk, wish);
  if (missing.length > 0) return about.answer({ text: notThere(wish, missing), filed: [] });
  const { person, config } = talk.desk;
  const asked: AskedOf = { question, account, person, config, today: about.today };
  const granted = await grant(talk, wish, asked, about.look, {
    taken,
    ungrounded: ungroundedIn(taken, wish, asked),
    readUntrusted: about.readUntrusted,
  });
  return about.answer(granted);
};

/** A wish is for the one account that it names, or for the one spoken of where it points back to it. */
const wishedFor = ({ mentioned, question, talk }: Conversation): Named | null => {
  if (mentioned.kind === 'one') return mentioned.account;
  return mentioned.kind === 'none' && question.pointsBack ? talk.before.account : null;
};
