import { hoursBetween, type Instant } from '../../domain/time.ts';
import { definePolicyInput, flag, long, record, type PolicyQuestion } from '../define.ts';

/** Stands for "never known": above every maximum age, and within Cedar's integers. */
const NEVER = 1_000_000;

export default definePolicyInput({
  id: 'facts',
  title:
    'The age of the oldest fact that the tool reads and the most it allows, in hours; whether all rest on trusted sources',
  type: record({ ageHours: long, maxAgeHours: long, trusted: flag }),
  read: (question) => ({
    ageHours: ageHours(question),
    maxAgeHours: Math.trunc(question.tool.maxFactAgeHours),
    trusted: readFacts(question).every((fact) => fact !== null && fact.trustedValue !== null),
  }),
  words: (question) => ({
    'facts.ageHours':
      ageHours(question) === NEVER ? 'never seen' : `${ageHours(question)} hours old`,
    'facts.maxAgeHours': `${question.tool.maxFactAgeHours} hours`,
  }),
});

const readFacts = ({ tool, facts }: PolicyQuestion) =>
  tool.reads.map((id) => (Object.hasOwn(facts, id) ? (facts[id] ?? null) : null));

/** Rounded up, so that a fact is never taken for younger than it is. */
const ageHours = (question: PolicyQuestion): number =>
  Math.max(0, ...readFacts(question).map((fact) => ageOf(fact?.freshAt ?? null, question.now)));

const ageOf = (freshAt: Instant | null, now: Instant): number =>
  freshAt === null ? NEVER : Math.ceil(hoursBetween(freshAt, now));
