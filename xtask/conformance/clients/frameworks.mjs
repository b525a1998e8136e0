// Three services that protect the same routes, with Clerk's own middleware for Express, Fastify and Hono. They take their
// settings from the environment, as services do, print where they listen, and end with their input:
//
// {"@clerk/express":"http://localhost:1","@clerk/fastify":"http://localhost:2","@clerk/hono":"http://localhost:3"}

import * as forExpress from '@clerk/express';
import * as forFastify from '@clerk/fastify';
import * as forHono from '@clerk/hono';
import { serve } from '@hono/node-server';
import { createClerkClient } from '@clerk/backend';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';

/** What each route says of who asks: a status and a body. `auth` is the middleware's. */
function routes(clerk) {
  return {
    '/': auth => {
      const { userId, sessionId, orgId, orgSlug, orgRole } = auth();
      return [200, { userId, sessionId, orgId, orgSlug, orgRole }];
    },
    '/private': auth => (auth().userId ? [200, {}] : [401, {}]),
    '/admin': auth => (auth().has({ role: 'org:admin' }) ? [200, {}] : [403, {}]),
    '/machine': auth => {
      const { tokenType, isAuthenticated, subject, userId, scopes } = auth({ acceptsToken: 'any' });
      return [isAuthenticated ? 200 : 401, { tokenType, subject, userId, scopes }];
    },
    '/name': async auth => {
      const { userId } = auth();
      return userId ? [200, { name: (await clerk.users.getUser(userId)).fullName }] : [401, {}];
    },
  };
}

function withExpress(options, answers) {
  const app = express();
  app.use(forExpress.clerkMiddleware(options));
  for (const [path, answer] of Object.entries(answers)) {
    app.get(path, async (request, response) => {
      const [status, body] = await answer(accepted => forExpress.getAuth(request, accepted));
      response.status(status).json(body);
    });
  }
  return new Promise(resolve => {
    const server = app.listen(0, '127.0.0.1', () => resolve(server.address().port));
  });
}

async function withFastify(options, answers) {
  const app = fastify();
  app.register(forFastify.clerkPlugin, options);
  for (const [path, answer] of Object.entries(answers)) {
    app.get(path, async (request, reply) => {
      const [status, body] = await answer(accepted => forFastify.getAuth(request, accepted));
      return reply.code(status).send(body);
    });
  }
  await app.listen({ host: '127.0.0.1', port: 0 });
  return app.server.address().port;
}

function withHono(options, answers) {
  const app = new Hono();
  app.use('*', forHono.clerkMiddleware(options));
  for (const [path, answer] of Object.entries(answers)) {
    app.get(path, async context => {
      const [status, body] = await answer(accepted => forHono.getAuth(context, accepted));
      return context.json(body, status);
    });
  }
  return new Promise(resolve => {
    serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => resolve(port));
  });
}

const SERVICES = { '@clerk/express': withExpress, '@clerk/fastify': withFastify, '@clerk/hono': withHono };

// Given both ways: the plug-in for Fastify does not read the API's URL, and Express's redeems handshakes with the
// environment's secret key alone.
const { CLERK_API_URL: apiUrl, CLERK_PUBLISHABLE_KEY: publishableKey, CLERK_SECRET_KEY: secretKey } = process.env;
const options = { apiUrl, publishableKey, secretKey, telemetry: { disabled: true } };
const answers = routes(createClerkClient(options));
const urls = {};
for (const [name, start] of Object.entries(SERVICES)) {
  urls[name] = `http://localhost:${await start(options, answers)}`;
}
console.log(JSON.stringify(urls));
process.stdin.on('end', () => process.exit()).resume();
