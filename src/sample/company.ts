import type { AccountBlueprint, Story } from './define.ts';
import { backgroundAccounts } from './background.ts';

/** Days of telemetry, the last being the anchor day. */
export const HISTORY_DAYS = 180;

const ACCOUNTS = 200;

/** Lumenboard's customers: the planted stories among ordinary accounts. Always the same for the same stories. */
export const sampleCompany = (stories: readonly Story[]): readonly AccountBlueprint[] => {
  const planted = stories.map((story) => story.account);
  const taken = new Set(planted.map((account) => account.id));
  return [
    ...planted,
    ...backgroundAccounts(ACCOUNTS - planted.length).filter((account) => !taken.has(account.id)),
  ];
};
