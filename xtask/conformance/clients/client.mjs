// Answers questions with @clerk/backend: JSON Lines in, JSON Lines out, one answer a line, in order.
//
// {"verify":[{"token":"eyJ…","options":{…}}, …]}  all of them at once, with verifyToken
// {"client":{…},"call":"users.getUser","arguments":["user_1"]}
// {"client":{…},"authenticate":{"method":"GET","url":"http://…","headers":[["cookie","…"]]},"options":{…},"now":1800000000000}

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

const time = Date.now;

async function authenticate({ client, authenticate: { url, ...request }, options, now }) {
  Date.now = () => now;
  try {
    const state = await createClerkClient(client).authenticateRequest(new Request(url, request), options);
    const { status, reason, tokenType, headers } = state;
    return { status, reason, tokenType, headers: [...headers], auth: state.toAuth() };
  } catch (error) {
    return { refused: String(error) };
  } finally {
    Date.now = time;
  }
}

function answerTo(question) {
  if (question.verify) {
    return Promise.all(question.verify.map(verify));
  }
  return question.authenticate ? authenticate(question) : call(question);
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await answerTo(JSON.parse(line));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
