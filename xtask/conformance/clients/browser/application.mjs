// An application's server: a page with Clerk's scripts from node_modules, and a path that hands requests on.

import { readFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';

const SCRIPTS = {
  '/clerk.js': '@clerk/clerk-js/dist/clerk.browser.js',
  '/ui.js': '@clerk/ui/dist/ui.browser.js',
};

export class Application {
  static async listen() {
    const application = new Application();
    application.server = createServer((...exchange) => application.answer(...exchange));
    await new Promise((resolve) => application.server.listen(0, '127.0.0.1', resolve));
    application.origin = `http://localhost:${application.server.address().port}`;
    return application;
  }

  serve(instance) {
    this.instance = instance;
  }

  async answer(incoming, outgoing) {
    const { pathname } = new URL(incoming.url, 'http://localhost');
    const script = SCRIPTS[pathname] ?? chunk(pathname);
    if (pathname.startsWith('/__clerk/')) {
      this.handOn(incoming, outgoing);
    } else if (script) {
      const text = await readFile(new URL(`node_modules/${script}`, import.meta.url)).catch(() => null);
      outgoing.writeHead(text ? 200 : 404, { 'content-type': 'text/javascript; charset=utf-8' });
      outgoing.end(text);
    } else {
      outgoing.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      outgoing.end(this.page());
    }
  }

  /** The path is not the emulator's, so it goes. */
  handOn(incoming, outgoing) {
    const { hostname, port, host } = new URL(this.instance.emulator);
    const path = incoming.url.slice('/__clerk'.length);
    const headers = { ...incoming.headers, host };
    const onward = request({ hostname, port, path, method: incoming.method, headers }, (response) => {
      outgoing.writeHead(response.statusCode, response.rawHeaders);
      response.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  }

  page() {
    const { publishableKey, proxyUrl, host } = this.instance;
    const script = (name) => (host ? `https://${host}/npm/${SCRIPTS[name].replace('/dist/', '@latest/dist/')}` : name);
    const proxy = proxyUrl ? `data-clerk-proxy-url="${proxyUrl}"` : '';
    return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>An application</title>
<style>body { font-family: sans-serif }</style>
<div id="app"></div>
<script src="${script('/ui.js')}" crossorigin="anonymous"></script>
<script src="${script('/clerk.js')}" crossorigin="anonymous" data-clerk-publishable-key="${publishableKey}"
  ${proxy}></script>
</html>`;
  }

  close() {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** Both scripts load the rest of themselves from beside them. */
function chunk(pathname) {
  const name = /^\/([\w.-]+_(clerk\.browser|ui)_[\w.-]+\.js)$/.exec(pathname);
  return name && `@clerk/${name[2] === 'ui' ? 'ui' : 'clerk-js'}/dist/${name[1]}`;
}
