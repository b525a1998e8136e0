// Calls any method of @clerk/backend: JSON Lines in, JSON Lines out, one answer a line, in order.
//
// {"methods":true}  [{"name":"users.getUser"}, …]: all that the package has
// {"client":{…},"call":"users.getUser","with":["user_1"]}
//   {"value":…,"is":"User","missing":["EmailAddress.linkedTo"]}, or {"refused":"code","status":404,"message":"…"}

import { createInterface } from 'node:readline';

import { createClerkClient } from '@clerk/backend';

// A deprecated method is called as well as any other.
console.warn = () => {};

const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** The part of the package's classes that makes no call of its own. */
const OWN = new Set(['constructor', 'request', 'requireId']);

function methods() {
  const client = createClerkClient({ secretKey: 'sk_test_unused', telemetry: { disabled: true } });
  return Object.entries(client).flatMap(([group, api]) => {
    const names = [];
    // What is no group of calls, such as telemetry, cannot make a request.
    for (let part = api?.request ? api : null; part && part !== Object.prototype; part = Object.getPrototypeOf(part)) {
      names.push(...Object.getOwnPropertyNames(part).filter(name => typeof api[name] === 'function' && !OWN.has(name)));
    }
    return [...new Set(names)].map(name => ({ name: `${group}.${name}` }));
  });
}

function given(value) {
  if (value?.$file) {
    return new File([PICTURE], value.$file, { type: 'image/png' });
  }
  if (Array.isArray(value)) {
    return value.map(given);
  }
  return value !== null && typeof value === 'object'
    ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, given(member)]))
    : value;
}

/** What the client has made of an answer: the name of its class, with `[]` for a list of it. */
function kind(value) {
  if (value === undefined || value === null) {
    return 'nothing';
  }
  const list = Array.isArray(value) ? value : 'totalCount' in Object(value) ? value.data : undefined;
  if (list) {
    return `${list.length > 0 ? kind(list[0]) : ''}[]`;
  }
  return typeof value === 'object' ? value.constructor.name.replace(/^_/, '') : typeof value;
}

/** The members that the client's classes read and that were not sent. */
function missing(value) {
  if (value === null || typeof value !== 'object') {
    return [];
  }
  const owner = value.constructor.name.replace(/^_/, '');
  return Object.entries(value)
    .filter(([name]) => !name.startsWith('_'))
    .flatMap(([name, member]) => {
      const unsent = member === undefined && owner !== 'Object';
      return unsent ? [`${owner}.${name}`] : missing(member);
    });
}

const clients = new Map();

async function call({ client, call, with: values }) {
  const key = JSON.stringify(client);
  if (!clients.has(key)) {
    clients.set(key, createClerkClient(client));
  }
  const [group, method] = call.split('.');
  try {
    const value = await clients.get(key)[group][method](...values.map(given));
    return { value, is: kind(value), missing: [...new Set(missing(value))] };
  } catch (error) {
    const first = error.errors?.[0];
    const message = [first?.longMessage ?? first?.message ?? error.message, first?.meta?.paramName].filter(Boolean);
    return { refused: first?.code ?? error.name, status: error.status, message: message.join(': ') };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  const answer = question.methods ? methods() : await call(question);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
