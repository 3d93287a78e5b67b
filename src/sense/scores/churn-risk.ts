import { defineScore } from './define.ts';
import { moodLine } from './ticket-lines.ts';
import { adoptionLine, depthLine, trendLine } from './usage-lines.ts';

/**
 * Requirement U1: from login frequency, feature adoption (breadth and depth), API volume and ticket sentiment, each
 * against the account's own baseline. Depth is that of all features or of the critical workflows that the tenant
 * declares, whichever lost more. An account that stops using every feature reaches `high` by that alone.
 */
export default defineScore({
  id: 'churn_risk',
  title: 'Churn risk',
  higherIs: 'worse',
  tiers: [
    { name: 'low', from: 0 },
    { name: 'medium', from: 25 },
    { name: 'high', from: 50 },
    { name: 'critical', from: 75 },
  ],
  weightsVersion: 'churn_risk@2',
  lines: [
    trendLine('login_trend', 'logins'),
    adoptionLine('feature_breadth_trend', 'the number of features used'),
    depthLine,
    trendLine('api_volume_trend', 'API calls'),
    moodLine,
  ],
  packaged: {
    weights: {
      login_trend: 22,
      feature_breadth_trend: 22,
      feature_depth_trend: 28,
      api_volume_trend: 13,
      ticket_sentiment: 15,
    },
    scales: {
      login_trend: { from: 1_000, full: 5_000 },
      feature_breadth_trend: { from: 1_000, full: 8_000 },
      feature_depth_trend: { from: 1_000, full: 8_000 },
      api_volume_trend: { from: 1_000, full: 5_000 },
      ticket_sentiment: { from: 0, full: 10_000 },
    },
    neutral: 5_000,
    minimumCoverage: 5_000,
    youngDays: 56,
    sellBound: 40,
  },
});
