import react from '@vitejs/plugin-react';
import { defineConfig, loadEnv } from 'vite';

// The back end reads the same file.
const envDir = '..';

export default defineConfig(({ mode }) => {
  const { CLERK_API_URL } = loadEnv(mode, envDir, 'CLERK_');
  return {
    envDir,
    plugins: [react()],
    server: {
      port: 5173,
      strictPort: true,
      proxy: {
        '/api': 'http://127.0.0.1:3000',
        // Clerk's script asks the emulator by way of this origin, as CLERK_PROXY_URL says.
        '/__clerk': { target: CLERK_API_URL, rewrite: (path) => path.slice('/__clerk'.length) },
      },
    },
  };
});
