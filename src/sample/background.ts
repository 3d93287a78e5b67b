import type { AccountBlueprint, ContactBlueprint, TicketBlueprint } from './define.ts';
import { around, pick, seededRandom, seedOf, type Random } from '../domain/random.ts';
import { ramp, steady, usage } from './usage.ts';

const FIRST = [
  'Amber',
  'Birch',
  'Cobalt',
  'Delta',
  'Ember',
  'Fjord',
  'Garnet',
  'Harvest',
  'Indigo',
  'Juniper',
  'Kestrel',
  'Lantern',
  'Meridian',
  'Nimbus',
  'Opal',
  'Pioneer',
  'Quarry',
  'Redwood',
  'Summit',
  'Tidal',
];
const SECOND = [
  'Analytics',
  'Biotech',
  'Clinics',
  'Design',
  'Energy',
  'Foods',
  'Freight',
  'Labs',
  'Retail',
  'Systems',
];
const INDUSTRIES = [
  'healthcare',
  'retail',
  'logistics',
  'software',
  'education',
  'manufacturing',
  'media',
];
const GIVEN = [
  'Ada',
  'Bela',
  'Chidi',
  'Dana',
  'Elif',
  'Femi',
  'Greta',
  'Hiro',
  'Ines',
  'Jonas',
  'Kira',
  'Liam',
  'Mina',
  'Noor',
  'Omar',
  'Petra',
];
const FAMILY = [
  'Abara',
  'Bauer',
  'Costa',
  'Diaz',
  'Eriksen',
  'Fischer',
  'Gupta',
  'Haddad',
  'Ito',
  'Jansen',
  'Kowalski',
  'Lindqvist',
];
export const CSM_IDS = ['maya-ortiz', 'jonas-weber', 'priya-nair', 'tom-becker'] as const;
const FEATURES = ['dashboards', 'alerts', 'exports', 'integrations', 'advanced_reporting'];

const ENTERPRISE_FEATURES = ['sso', 'audit_log', 'api'];

const QUESTIONS: readonly (readonly [string, string])[] = [
  [
    'How do I share a dashboard?',
    'Hello, I would like to share a dashboard with a colleague. Where do I find the setting? Thanks!',
  ],
  ['Export to CSV', 'Is there a way to export the weekly table as CSV? It works well otherwise.'],
  [
    'Add a column',
    'We would like to add a column to the revenue table. Can you point us to the documentation?',
  ],
  ['Invoice address', 'Please update our billing address to the new office. Thank you.'],
  ['Nice release', 'The new alerts are great, thanks. One question: can they go to two channels?'],
];

/**
 * Ordinary customers: steady or slowly growing, mostly content, paying. They are what the line must leave alone.
 * A few have joined too recently to have a baseline.
 */
export const backgroundAccounts = (count: number): readonly AccountBlueprint[] =>
  Array.from({ length: count }, (_, index) => ordinaryAccount(index));

const ordinaryAccount = (index: number): AccountBlueprint => {
  const name = `${FIRST[index % FIRST.length] ?? ''} ${SECOND[Math.floor(index / FIRST.length) % SECOND.length] ?? ''}`;
  const id = name.toLowerCase().replaceAll(' ', '-');
  const random = seededRandom(seedOf(id));
  const planId = pick(random, [
    'starter',
    'starter',
    'growth',
    'growth',
    'growth',
    'enterprise',
  ] as const);
  const seats = { starter: 5, growth: 20, enterprise: 80 }[planId] + Math.floor(random() * 10);
  const isNew = index % 23 === 7;
  const signedUpDaysAgo = isNew ? 6 + Math.floor(random() * 14) : 200 + Math.floor(random() * 900);
  return {
    id,
    name,
    industry: pick(random, INDUSTRIES),
    planId,
    seats,
    ownerId: pick(random, CSM_IDS),
    signedUpDaysAgo,
    ...(isNew || planId === 'starter' ? {} : { renewsInDays: 5 + Math.floor(random() * 350) }),
    contacts: contactsOf(id, random),
    usage: ordinaryUsage(planId, seats, random),
    tickets: ordinaryTickets(random).filter((ticket) => ticket.openedDaysAgo < signedUpDaysAgo),
    touches:
      random() < 0.4
        ? [{ daysAgo: 10 + Math.floor(random() * 50), channel: 'call', by: 'csm' }]
        : [],
  };
};

const contactsOf = (id: string, random: Random): readonly ContactBlueprint[] =>
  (['champion', 'budget_owner'] as const).map((role) => ({
    id: `${id}-${role}`,
    name: `${pick(random, GIVEN)} ${pick(random, FAMILY)}`,
    role,
    consentContract: random() < 0.85,
  }));

const ordinaryUsage = (planId: string, seats: number, random: Random) => {
  const used = Math.max(2, Math.round(seats * (0.45 + random() * 0.35)));
  const growth = 0.95 + random() * 0.15;
  const features = featuresOf(planId, random);
  return usage({
    logins: ramp(used * 0.8, used * 0.8 * growth, 180),
    ...(planId === 'starter' ? {} : { apiCalls: ramp(used * 90, used * 90 * growth, 180) }),
    seatsUsed: steady(used),
    storageGb: steady(around(random, used * 0.6, 0.3)),
    features: Object.fromEntries(
      features.map((feature, rank) => [feature, steady((used * 1.4) / (rank + 1))]),
    ),
  });
};

/** The higher the plan, the more of the product is used; what only Enterprise has is used there. */
const featuresOf = (planId: string, random: Random): readonly string[] => {
  if (planId === 'starter') return FEATURES.slice(0, 2);
  const common = FEATURES.slice(0, 3 + Math.floor(random() * 3));
  return planId === 'enterprise' ? [...common, ...ENTERPRISE_FEATURES] : common;
};

const ordinaryTickets = (random: Random): readonly TicketBlueprint[] =>
  Array.from({ length: Math.floor(random() * 3) }, () => {
    const [subject, body] = pick(random, QUESTIONS);
    const openedDaysAgo = 3 + Math.floor(random() * 150);
    return {
      openedDaysAgo,
      closedDaysAgo: openedDaysAgo - 1,
      subject,
      body,
      priority: 'normal',
      satisfaction: random() < 0.7 ? 5 : 4,
    } as const;
  });
