/**
 * Types of objects that are not read, each with the reason. What is neither here nor read by a mapper is unknown to this
 * build, and is quarantined rather than overlooked.
 */
const ABOUT_THE_ACCOUNT = 'it is about your own Stripe account, not about a customer';
const PAYMENT_STEP =
  'it is a step on the way to a payment: the charge and the invoice say what came of it';
const CATALOGUE =
  'what is sold and at which price stands in the tenant’s files and on each subscription';
const WITH_ITS_OWNER = 'it comes with the object that it is a part of';
const PAYOUTS = 'it is about money between Stripe and your bank';
const ANOTHER_PRODUCT = 'it belongs to a product of Stripe’s that says nothing about subscriptions';
const REPORTS = 'it is about reports and files';
const PORTAL =
  'it is a page that a customer is shown; what they do there comes as events of its own';
const TAXES = 'it is about taxes';
const CREDITS = 'credits show in the invoices that they reduce';

const REASONS: Readonly<Record<string, string>> = {
  account: ABOUT_THE_ACCOUNT,
  account_link: ABOUT_THE_ACCOUNT,
  account_session: ABOUT_THE_ACCOUNT,
  application: ABOUT_THE_ACCOUNT,
  application_fee: PAYOUTS,
  apple_pay_domain: ABOUT_THE_ACCOUNT,
  balance: PAYOUTS,
  balance_settings: ABOUT_THE_ACCOUNT,
  balance_transaction: PAYOUTS,
  bank_account: 'bank accounts show in the charges that they pay',
  capability: ABOUT_THE_ACCOUNT,
  cash_balance: CREDITS,
  confirmation_token: PAYMENT_STEP,
  connect_collection_transfer: PAYOUTS,
  country_spec: ABOUT_THE_ACCOUNT,
  coupon: CATALOGUE,
  credit_note: CREDITS,
  credit_note_line_item: CREDITS,
  customer_balance_transaction: CREDITS,
  customer_cash_balance_transaction: CREDITS,
  customer_session: PORTAL,
  discount: 'discounts show in the amounts of invoices',
  event: 'an event about an event says nothing new',
  ephemeral_key: ABOUT_THE_ACCOUNT,
  exchange_rate: 'rates of exchange stand in the tenant’s files',
  fee_refund: PAYOUTS,
  file: REPORTS,
  file_link: REPORTS,
  funding_instructions: PAYMENT_STEP,
  invoice_rendering_template: CATALOGUE,
  invoiceitem: WITH_ITS_OWNER,
  item: WITH_ITS_OWNER,
  line_item: WITH_ITS_OWNER,
  login_link: ABOUT_THE_ACCOUNT,
  mandate: PAYMENT_STEP,
  payment_attempt_record: PAYMENT_STEP,
  payment_intent: PAYMENT_STEP,
  payment_intent_amount_details_line_item: WITH_ITS_OWNER,
  payment_link: CATALOGUE,
  payment_method_configuration: ABOUT_THE_ACCOUNT,
  payment_method_domain: ABOUT_THE_ACCOUNT,
  payment_record: PAYMENT_STEP,
  payout: PAYOUTS,
  person: ABOUT_THE_ACCOUNT,
  plan: CATALOGUE,
  price: CATALOGUE,
  product_feature: CATALOGUE,
  promotion_code: CATALOGUE,
  quote: 'a quote counts once it is a subscription or an invoice',
  review: 'it is about fraud',
  scheduled_query_run: REPORTS,
  setup_attempt: PAYMENT_STEP,
  setup_intent: PAYMENT_STEP,
  shipping_rate: CATALOGUE,
  source: 'sources show in the charges that they pay',
  source_mandate_notification: PAYMENT_STEP,
  source_transaction: PAYMENT_STEP,
  subscription_item: WITH_ITS_OWNER,
  subscription_schedule: 'what a schedule does shows in its subscription when it is done',
  tax_code: TAXES,
  tax_id: TAXES,
  tax_rate: TAXES,
  token: PAYMENT_STEP,
  topup: PAYOUTS,
  transfer: PAYOUTS,
  transfer_reversal: PAYOUTS,
  webhook_endpoint: ABOUT_THE_ACCOUNT,
};

/** Of whole families, by what comes before the point. */
const FAMILIES: Readonly<Record<string, string>> = {
  apps: ABOUT_THE_ACCOUNT,
  billing_portal: PORTAL,
  checkout: PORTAL,
  climate: ANOTHER_PRODUCT,
  entitlements: 'access is read from the product, which grants it',
  financial_connections: ANOTHER_PRODUCT,
  forwarding: ANOTHER_PRODUCT,
  identity: ANOTHER_PRODUCT,
  issuing: ANOTHER_PRODUCT,
  radar: 'it is about fraud',
  reporting: REPORTS,
  reserve: PAYOUTS,
  sigma: REPORTS,
  tax: TAXES,
  terminal: ANOTHER_PRODUCT,
  test_helpers: 'it is about test clocks',
  treasury: ANOTHER_PRODUCT,
};

const BILLING: Readonly<Record<string, string>> = {
  'billing.alert': 'it is a threshold; what crosses it is usage',
  'billing.alert_triggered': 'it is a threshold; what crosses it is usage',
  'billing.credit_balance_summary': CREDITS,
  'billing.credit_balance_transaction': CREDITS,
  'billing.credit_grant': CREDITS,
  'billing.meter_event_adjustment': 'a corrected amount shows in the usage that is read each night',
};

/** Why a type of objects is not read; `null` when this build does not know the type. */
export const whyIgnored = (type: string): string | null =>
  REASONS[type] ?? BILLING[type] ?? FAMILIES[type.split('.')[0] ?? ''] ?? null;
