// Calls methods of @clerk/backend and says what arrives on the other side: JSON Lines in, JSON
// Lines out, one answer a line, in order.
//
// {"client":{…},"call":"users.getUser","arguments":["user_1"]}
// {"arrived":[{"verb":"GET","target":"/v1/users/user_1","headers":{…},"body":""}],"failed":null}
//
// JSON has no files: an argument {"$file":"content","name":"a.png","type":"image/png"} becomes one.

import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

import { createClerkClient } from '@clerk/backend';

let arrived = [];

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  const { method: verb, url: target, headers } = request;
  arrived.push({ verb, target, headers, body: Buffer.concat(chunks).toString() });
  // The SDK takes this very type for JSON, and no other.
  response.setHeader('content-type', 'application/json');
  response.end('{}');
});
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
const apiUrl = `http://127.0.0.1:${server.address().port}`;

function revive(name, value) {
  return value?.$file === undefined
    ? value
    : new File([value.$file], value.name, { type: value.type });
}

for await (const line of createInterface({ input: process.stdin })) {
  const { client, call, arguments: values } = JSON.parse(line, revive);
  const [group, method] = call.split('.');
  arrived = [];
  let failed = null;
  try {
    await createClerkClient({ ...client, apiUrl })[group][method](...values);
  } catch (error) {
    failed = String(error);
  }
  process.stdout.write(`${JSON.stringify({ arrived, failed })}\n`);
}
server.close();
server.closeAllConnections();
