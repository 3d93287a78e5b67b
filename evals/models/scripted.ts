import type { LanguageModels } from '../../src/language-models/define.ts';
import { standIn, type Behaviour, type StandInReply } from './stand-in.ts';

/** Fixed answers, in turn; asked beyond the last, it fails as an endpoint that is down. Or whatever a function says. */
export const scripted = (script: readonly StandInReply[] | Behaviour): LanguageModels => {
  if (typeof script === 'function') return standIn('scripted', script);
  const left = [...script];
  return standIn('scripted', () => {
    const reply = left.shift();
    if (reply === undefined) throw new Error('the script is at its end');
    return reply;
  });
};
