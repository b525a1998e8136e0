// The Worker that trials ask, with `@clerk/backend`: the pages of `xtask/edge/worker`, and its answers to the token table.
import { createClerkClient, verifyToken } from "@clerk/backend";

let client;
const clerk = (env) =>
  (client ??= createClerkClient({
    apiUrl: env.CLERK_API_URL,
    publishableKey: env.CLERK_PUBLISHABLE_KEY,
    secretKey: env.CLERK_SECRET_KEY,
  }));

const refused = () => new Response(null, { status: 401 });
const userOf = (auth) => (auth.tokenType === "session_token" ? auth.userId : null);

// What each page answers to whom.
const pages = {
  "/": (auth) => new Response(userOf(auth) ? "Welcome back" : "Hello stranger"),
  "/me": (auth) => (userOf(auth) ? new Response(auth.userId) : refused()),
  "/machine": (auth) => (auth.tokenType === "m2m_token" && auth.machineId ? new Response(auth.machineId) : refused()),
};

async function page(request, env, answer) {
  const state = await clerk(env).authenticateRequest(request, { acceptsToken: "any" });
  // A handshake begins so, and ends so on a development instance, whoever is signed in then.
  const isRedirect = state.headers.has("location");
  const response = isRedirect ? new Response(null, { status: 307 }) : answer(state.toAuth());
  for (const [name, value] of state.headers) response.headers.append(name, value);
  return response;
}

async function users(env) {
  const { data } = await clerk(env).users.getUserList({ limit: 20 });
  return new Response(data.map(({ id }) => id).join("\n"));
}

const some = (list) => (list.length > 0 ? list : undefined);

// The package remembers keys for as long as the engine runs, by secret keys, and forgets none. So each set of keys has a
// secret key of its own.
let sets = 0;

// One question at a time: the package reads the engine's clock.
async function verdict({ token, keys, ...asked }, env) {
  Date.now = () => asked.now_ms;
  const secretKeys = { published: env.CLERK_SECRET_KEY, set: `sk_test_${(sets += 1)}` };
  const [kind] = typeof keys === "string" ? [keys] : Object.keys(keys);
  try {
    const claims = await verifyToken(token, {
      apiUrl: env.CLERK_API_URL,
      audience: some(asked.audiences),
      authorizedParties: some(asked.authorized_parties),
      clockSkewInMs: asked.clock_skew_ms ?? undefined,
      issuer: some(asked.issuers),
      jwtKey: keys.pem,
      secretKey: secretKeys[kind],
      // What is remembered goes by the time, which does not only go forward here.
      skipJwksCache: true,
    });
    return { Ok: JSON.stringify(claims) };
  } catch (error) {
    return { Err: error.reason ?? String(error) };
  }
}

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === "/users") return users(env);
    if (pathname === "/verdict") return Response.json(await verdict(await request.json(), env));
    return page(request, env, pages[pathname] ?? (() => new Response(null, { status: 404 })));
  },
};
