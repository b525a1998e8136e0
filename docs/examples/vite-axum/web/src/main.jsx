import { Clerk } from '@clerk/clerk-js';
import { ClerkProvider } from '@clerk/react';
import { ui } from '@clerk/ui';
import { createRoot } from 'react-dom/client';

import { App } from './App.jsx';

const { VITE_CLERK_PUBLISHABLE_KEY, VITE_CLERK_PROXY_URL } = import.meta.env;

// Without `Clerk` and `ui`, which are of npm's packages here, both scripts would be loaded from Clerk.
createRoot(document.getElementById('app')).render(
  <ClerkProvider
    Clerk={Clerk}
    ui={ui}
    publishableKey={VITE_CLERK_PUBLISHABLE_KEY}
    proxyUrl={VITE_CLERK_PROXY_URL}
  >
    <App />
  </ClerkProvider>,
);
