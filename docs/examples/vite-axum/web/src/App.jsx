import { OrganizationSwitcher, Show, SignIn, UserButton, useAuth } from '@clerk/react';
import { useEffect, useState } from 'react';

export function App() {
  return (
    <>
      <Show when="signed-out">
        <SignIn routing="hash" />
      </Show>
      <Show when="signed-in">
        <header>
          <OrganizationSwitcher />
          <UserButton />
        </header>
      </Show>
      <Me />
    </>
  );
}

/** What the back end answers, whoever asks. */
function Me() {
  const { getToken, sessionId, orgId } = useAuth();
  const [answer, setAnswer] = useState('');

  useEffect(() => {
    const ask = async () => {
      const token = await getToken();
      const headers = token ? { authorization: `Bearer ${token}` } : {};
      const response = await fetch('/api/me', { headers });
      setAnswer(`${response.status} ${await response.text()}`);
    };
    ask();
  }, [getToken, sessionId, orgId]);

  return <pre>{answer}</pre>;
}
