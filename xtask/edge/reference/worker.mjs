// The route and the loops of `xtask/edge/bench`, with `@clerk/backend`. Its key is at hand from the start: `jwtKey`.
import { createClerkClient, verifyToken } from "@clerk/backend";

let client;
const clerk = (env) =>
  (client ??= createClerkClient({
    apiUrl: env.CLERK_API_URL,
    jwtKey: env.CLERK_JWT_KEY,
    publishableKey: env.CLERK_PUBLISHABLE_KEY,
    secretKey: env.CLERK_SECRET_KEY,
  }));

const entries = {
  async authenticate(request, env) {
    const state = await clerk(env).authenticateRequest(request);
    if (!state.isAuthenticated) {
      return new Response(state.reason, { status: 401 });
    }
    return new Response(state.toAuth().userId);
  },

  async measure(request, env) {
    const [what, times] = request.url.split("/").slice(-2);
    const token = request.headers.get("authorization")?.slice("Bearer ".length);
    let wentWell = 0;
    for (let time = 0; time < Number(times); time += 1) {
      if (what === "verify") {
        await verifyToken(token, { jwtKey: env.CLERK_JWT_KEY });
        wentWell += 1;
      } else {
        const state = await clerk(env).authenticateRequest(request);
        wentWell += Number(state.isAuthenticated);
      }
    }
    return new Response(String(wentWell));
  },
};

export default {
  fetch: (request, env) => entries[env.ENTRY](request, env),
};
