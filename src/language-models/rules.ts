import type { Money } from '../domain/money.ts';
import type { ModelRules, TenantConfig } from '../domain/tenant.ts';
import type { LanguageModels, Usage } from './define.ts';

/** Where a tenant's files say nothing of models. */
const DEFAULTS: ModelRules = {
  default: null,
  agents: {},
  tokensPerDay: 2_000_000,
  moneyPerDay: null,
  prices: {},
  answer: { tokens: 2_000, seconds: 90, silentSeconds: 30 },
  keepCallsDays: 30,
};

/** The tenant's rules for models; configurations from before there were any have the defaults. */
export const modelRulesOf = ({ models }: Pick<TenantConfig, 'models'>): ModelRules =>
  models ?? DEFAULTS;

/** The model that the tenant names for an agent; `undefined`: the one of the environment answers. */
export const wantedFor = ({ agents, default: fallback }: ModelRules, agent: string) =>
  agents[agent] ?? fallback ?? undefined;

/** The name of the model that answers for a tenant's agent; `null`: none does. */
export const modelFor = (
  models: LanguageModels | null,
  config: Pick<TenantConfig, 'models'>,
  agent: string,
): string | null => models?.nameFor(agent, wantedFor(modelRulesOf(config), agent)) ?? null;

/** Billionths of a minor unit: tokens × minor units for a billion tokens. `null`: there is no price for the model. */
export const costOf = (
  { prices }: ModelRules,
  model: string,
  { inputTokens, outputTokens }: Pick<Usage, 'inputTokens' | 'outputTokens'>,
): number | null => {
  const price = prices[model] ?? prices['*'];
  return price === undefined ? null : inputTokens * price.input + outputTokens * price.output;
};

const NANO = 1_000_000_000;

/** Whole minor units, rounded up: a cost is not told smaller than it is. */
export const minorOf = (costNano: number): number => Math.ceil(costNano / NANO);

/** Why a call that comes to so much at most would go beyond the tenant's day; `null` when it would not. */
export const overBudget = (
  rules: Pick<ModelRules, 'tokensPerDay' | 'moneyPerDay'>,
  used: { readonly tokens: number; readonly costNano: number },
  wanted: { readonly tokens: number; readonly costNano: number | null; readonly model: string },
): string | null => {
  const { tokensPerDay, moneyPerDay } = rules;
  if (tokensPerDay !== null && used.tokens + wanted.tokens > tokensPerDay)
    return `${used.tokens} of the day’s ${tokensPerDay} tokens are used, and this call may take ${wanted.tokens}`;
  if (moneyPerDay === null) return null;
  if (wanted.costNano === null)
    return `models.yaml sets a budget in money and no price for \`${wanted.model}\`: add one under \`prices\``;
  return used.costNano + wanted.costNano > moneyPerDay.minor * NANO
    ? `${told(used.costNano, moneyPerDay)} of the day’s ${told(moneyPerDay.minor * NANO, moneyPerDay)} are spent`
    : null;
};

const told = (nano: number, { currency }: Money): string =>
  `${minorOf(nano)} minor units of ${currency}`;
