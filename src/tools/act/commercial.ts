import type { Fact, Facts } from '../../domain/fact.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import type { Money } from '../../domain/money.ts';
import type { Plan, TenantConfig } from '../../domain/tenant.ts';
import type { Day } from '../../domain/time.ts';

/** What reading commercial facts needs: facts, and the tenant's own price list. */
interface Account {
  readonly facts: Facts;
  readonly config: Pick<TenantConfig, 'plans'>;
}

/** A contract's renewal ahead; `days` until it. */
export interface Renewal {
  readonly contractId: string;
  readonly renewsOn: Day;
  readonly days: number;
  readonly annualValue: Money | null;
}

/** The plan in force by the word of server sources, as the tenant's files price it. */
export const planOf = ({ facts, config }: Account): Plan | null => {
  const id = facts['plan']?.trustedValue;
  return config.plans.find((plan) => plan.id === id) ?? null;
};

/** An amount of money kept in a fact, by the word of server sources. */
export const trustedMoney = (fact: Fact | undefined): Money | null => readMoney(fact?.trustedValue);

/** Renewals ahead, soonest first. */
export const renewalsOf = (facts: Facts): Renewal[] => {
  const listed = facts['renewals']?.trustedValue;
  return Array.isArray(listed) ? listed.flatMap((entry: Json) => readRenewal(entry)) : [];
};

/** Reads an amount out of JSON; `null` for anything else. */
export const readMoney = (value: Json | undefined): Money | null => {
  if (!isObject(value)) return null;
  const { minor, currency } = value as { minor?: Json; currency?: Json };
  return typeof minor === 'number' && typeof currency === 'string' ? { minor, currency } : null;
};

const readRenewal = (entry: Json): Renewal[] => {
  if (!isObject(entry)) return [];
  const { contractId, renewsOn, days, annualValue } = entry as Record<string, Json | undefined>;
  if (typeof contractId !== 'string' || typeof renewsOn !== 'string' || typeof days !== 'number')
    return [];
  return [{ contractId, renewsOn: renewsOn as Day, days, annualValue: readMoney(annualValue) }];
};

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
