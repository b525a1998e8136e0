// A service that Clerk's middleware for Express protects, with the routes of the one in `src/tour/application.rs`. It takes
// its settings from the environment, prints where it listens, and ends with its input.

import { clerkMiddleware, getAuth } from '@clerk/express';
import express from 'express';

const app = express();
app.use(clerkMiddleware({ organizationSyncOptions: { organizationPatterns: ['/orgs/:slug'] } }));

function page(request, response) {
  const { userId, orgSlug } = getAuth(request);
  response.json({ user: userId ?? null, organization: orgSlug ?? null });
}

app.get('/', page);
app.get('/orgs/:slug', page);
app.get('/private', (request, response) => {
  if (getAuth(request).userId) return page(request, response);
  const back = `${request.protocol}://${request.get('host')}${request.originalUrl}`;
  response.redirect(`${process.env.CLERK_SIGN_IN_URL}?redirect_url=${encodeURIComponent(back)}`);
});

const server = app.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ origin: `http://localhost:${server.address().port}` })}\n`);
});
process.stdin.resume().on('end', () => process.exit());
