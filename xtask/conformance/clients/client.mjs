// Answers questions with @clerk/backend: JSON Lines in, JSON Lines out, one answer a line, in order.
//
// {"verify":[{"token":"eyJ…","options":{…}}, …]}  all of them at once, with verifyToken
// {"client":{…},"call":"users.getUser","arguments":["user_1"]}

import { createInterface } from 'node:readline';

import { createClerkClient, verifyToken } from '@clerk/backend';

async function verify({ token, options }) {
  try {
    return { claims: await verifyToken(token, options) };
  } catch (error) {
    return { refused: error.reason ?? String(error), named: error.reason !== undefined };
  }
}

async function call({ client, call, arguments: values }) {
  const [group, method] = call.split('.');
  try {
    return { value: await createClerkClient(client)[group][method](...values) };
  } catch (error) {
    return { refused: error.errors?.[0]?.code ?? String(error) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  const answer = question.verify
    ? await Promise.all(question.verify.map(verify))
    : await call(question);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
