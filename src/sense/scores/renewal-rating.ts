import { defineScore } from './define.ts';
import { certain, severityOf, type Line } from './line.ts';
import { ticketHistoryLine } from './ticket-lines.ts';
import { consistencyLine, depthLine, trendLine } from './usage-lines.ts';

const POINT = 100;

/** What the health score has lost: proved by its present inputs, possible by the missing ones. */
const healthLine: Line = {
  input: 'health',
  needs: [],
  read: ({ scores }, scale) => {
    const health = scores['health'];
    if (health?.status !== 'known') {
      return { known: false, reason: `health is not known: ${health?.note ?? 'not rated'}` };
    }
    const proved = severityOf((100 - health.supported) * POINT, scale);
    const possible = severityOf((100 - health.value) * POINT, scale);
    const reason = `health is ${health.supported} of 100`;
    return proved === possible
      ? certain(proved, reason, health.coverage)
      : {
          known: true,
          atLeast: proved,
          atMost: possible,
          coverage: health.coverage,
          reason,
          missing: `health: ${health.note ?? 'an input is missing'}`,
        };
  },
};

/** Requirement C7: each renewal rated on health, ticket history and engagement trend. */
export default defineScore({
  id: 'renewal_rating',
  title: 'Renewal rating',
  higherIs: 'better',
  tiers: [
    { name: 'declining', from: 0 },
    { name: 'watch', from: 50 },
    { name: 'on_track', from: 75 },
  ],
  weightsVersion: 'renewal_rating@2',
  after: ['health'],
  lines: [
    healthLine,
    ticketHistoryLine,
    trendLine('login_trend', 'logins'),
    depthLine,
    consistencyLine,
  ],
  packaged: {
    weights: {
      health: 45,
      ticket_history: 20,
      login_trend: 15,
      feature_depth_trend: 15,
      usage_consistency: 5,
    },
    scales: {
      health: { from: 0, full: 5_000 },
      ticket_history: { from: 0, full: 10_000 },
      login_trend: { from: 1_000, full: 5_000 },
      feature_depth_trend: { from: 1_000, full: 8_000 },
      usage_consistency: { from: 2_000, full: 6_000 },
    },
    neutral: 5_000,
    minimumCoverage: 5_000,
    youngDays: 56,
    sellBound: 0,
  },
});
