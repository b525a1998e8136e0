// Answers what `clerk-dev request authenticate --batch` answers, with @clerk/backend's
// authenticateRequest: JSON Lines in, JSON Lines out, one answer a line, in order.

import { readFileSync } from 'node:fs';

import { createClerkClient } from '@clerk/backend';

// The SDK prints advice, some of it to where the answers go.
for (const channel of ['log', 'info', 'warn', 'error']) {
  console[channel] = () => {};
}

const SESSION = {
  user_id: 'userId',
  session_id: 'sessionId',
  org_id: 'orgId',
  org_slug: 'orgSlug',
  org_role: 'orgRole',
  org_permissions: 'orgPermissions',
  factor_verification_age: 'factorVerificationAge',
  session_status: 'sessionStatus',
  actor: 'actor',
};

// What is compared of each kind of auth object, by our name and the SDK's.
const MEMBERS = {
  session_token: SESSION,
  api_key: {
    id: 'id',
    subject: 'subject',
    name: 'name',
    claims: 'claims',
    scopes: 'scopes',
    user_id: 'userId',
    org_id: 'orgId',
  },
  m2m_token: {
    id: 'id',
    subject: 'subject',
    claims: 'claims',
    scopes: 'scopes',
    machine_id: 'machineId',
  },
  oauth_token: {
    id: 'id',
    subject: 'subject',
    scopes: 'scopes',
    user_id: 'userId',
    client_id: 'clientId',
  },
};

function authObject(auth) {
  const members = Object.entries(MEMBERS[auth.tokenType] ?? {});
  return Object.fromEntries(members.map(([ours, theirs]) => [ours, auth[theirs] ?? null]));
}

function check({ reverification, ...others }) {
  const { after_minutes: afterMinutes, ...config } = Object(reverification);
  const isConfig = reverification !== null && typeof reverification === 'object';
  return {
    ...others,
    reverification: isConfig ? { ...config, afterMinutes } : reverification,
  };
}

async function answer({ id, now, request, options, treat_pending_as_signed_out, has }) {
  Date.now = () => Math.round(now * 1000);
  const client = createClerkClient({
    apiUrl: options.api_url,
    audience: options.audience,
    domain: options.domain,
    isSatellite: options.is_satellite,
    jwtKey: options.jwt_key,
    machineSecretKey: options.machine_secret_key,
    proxyUrl: options.proxy_url,
    publishableKey: options.publishable_key,
    secretKey: options.secret_key,
    telemetry: { disabled: true },
  });
  const sync = options.organization_sync_options;
  try {
    const { url, method, headers } = request;
    const state = await client.authenticateRequest(new Request(url, { method, headers }), {
      acceptsToken: options.accepts_token,
      authorizedParties: options.authorized_parties,
      clockSkewInMs: options.clock_skew_ms,
      organizationSyncOptions: sync && {
        organizationPatterns: sync.organization_patterns,
        personalAccountPatterns: sync.personal_account_patterns,
      },
      satelliteAutoSync: options.satellite_auto_sync,
      signInUrl: options.sign_in_url,
      signUpUrl: options.sign_up_url,
    });
    const auth = state.toAuth({ treatPendingAsSignedOut: treat_pending_as_signed_out });
    return {
      id,
      status: state.status,
      reason: state.reason,
      token_type: state.tokenType,
      headers: [...state.headers],
      auth: auth && authObject(auth),
      has: has && auth && has.map(one => auth.has(check(one))),
    };
  } catch (error) {
    return { id, error: String(error) };
  }
}

const answers = [];
for (const line of readFileSync(0, 'utf8').split('\n')) {
  if (line !== '') {
    answers.push(JSON.stringify(await answer(JSON.parse(line))));
  }
}
process.stdout.write(`${answers.join('\n')}\n`, () => process.exit(0));
