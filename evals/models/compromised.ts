import type { LanguageModels } from '../../src/language-models/define.ts';
import { standIn, type StandInReply } from './stand-in.ts';

/** Emits the attacker's calls, whatever it is asked, and says that all is well. */
export const compromised = (calls: NonNullable<StandInReply['calls']>): LanguageModels =>
  standIn('compromised', () => ({ text: 'Everything was checked and is in order.', calls }));
