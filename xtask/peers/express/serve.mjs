// `node serve.mjs TOKEN KEY-FILE`: the same service with Express and Clerk's own middleware. It prints
// where it listens and the token to bring, and ends with its input.

import { readFileSync } from 'node:fs';
import { clerkMiddleware, getAuth } from '@clerk/express';
import express from 'express';

const [token, keyFile] = process.argv.slice(2);
const app = express();
app.use(
  clerkMiddleware({
    publishableKey: 'pk_live_Y2xlcmsuZXhhbXBsZS5jb20k',
    secretKey: 'sk_live_of_the_benchmark',
    jwtKey: readFileSync(keyFile, 'utf8'),
    authorizedParties: ['https://app.example.com'],
  }),
);
app.get('/', (request, response) => {
  const { userId } = getAuth(request);
  response.status(userId ? 200 : 401).send(userId);
});
const server = app.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${server.address().port}/`;
  console.log(JSON.stringify({ url, token }));
});
process.stdin.on('end', () => process.exit()).resume();
