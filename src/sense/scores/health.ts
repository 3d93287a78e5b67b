import { billingLine } from './billing-line.ts';
import { defineScore } from './define.ts';
import { moodLine } from './ticket-lines.ts';
import { adoptionLine, trendLine } from './usage-lines.ts';

/**
 * Requirement C6: from login trend, adoption breadth, ticket sentiment, billing status and API volume. Logins are seen
 * over a fortnight, so that a sudden stop shows within the week.
 */
export default defineScore({
  id: 'health',
  title: 'Health',
  higherIs: 'better',
  tiers: [
    { name: 'critical', from: 0 },
    { name: 'at_risk', from: 25 },
    { name: 'watch', from: 50 },
    { name: 'healthy', from: 75 },
  ],
  weightsVersion: 'health@1',
  lines: [
    trendLine('login_trend_fortnight', 'logins of the fortnight'),
    adoptionLine('feature_breadth_trend', 'the number of features used'),
    moodLine,
    billingLine,
    trendLine('api_volume_trend', 'API calls'),
  ],
  packaged: {
    weights: {
      login_trend_fortnight: 30,
      feature_breadth_trend: 20,
      ticket_sentiment: 15,
      payment_status: 20,
      api_volume_trend: 15,
    },
    scales: {
      login_trend_fortnight: { from: 1_000, full: 6_000 },
      feature_breadth_trend: { from: 1_000, full: 8_000 },
      ticket_sentiment: { from: 0, full: 10_000 },
      payment_status: { from: 0, full: 10_000 },
      api_volume_trend: { from: 1_000, full: 5_000 },
    },
    neutral: 5_000,
    minimumCoverage: 5_000,
    youngDays: 56,
    sellBound: 60,
  },
});
