// The application under test: one page, which says who is signed in, with Clerk's script as the packages for frameworks load it.

import { createServer } from 'node:http';

const { CLERK_PUBLISHABLE_KEY: key } = process.env;
const host = atob(key.split('_')[2]).replace('$', '');

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>An application</title>
<h1></h1>
<script src="https://${host}/npm/@clerk/clerk-js@6/dist/clerk.browser.js" crossorigin="anonymous"
  data-clerk-publishable-key="${key}"></script>
<script>
  addEventListener('load', async () => {
    await Clerk.load();
    Clerk.addListener(({ user }) => {
      const name = user && (user.primaryEmailAddress?.emailAddress ?? user.id);
      document.querySelector('h1').textContent = user ? 'Hello ' + name : 'Nobody is signed in';
    });
  });
</script>
</html>`;

createServer((_, response) => {
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(PAGE);
}).listen(5173, '127.0.0.1');
