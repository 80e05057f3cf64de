import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const api = process.env.TRUNKLINE_API ?? 'http://127.0.0.1:3000'

/** sonner writes a style tag when it is imported, which the content security policy refuses; its stylesheet is imported instead. */
function sonnerWithoutStyleTag(): Plugin {
  return {
    name: 'sonner-without-style-tag',
    transform(code, id) {
      if (!id.includes('/sonner/dist/index.')) return
      const without = code.replace('__insertCSS("', 'void ("')
      if (without === code) throw new Error('sonner no longer calls __insertCSS: look at how it brings its styles now')
      return { code: without, map: null }
    },
  }
}

export default defineConfig({
  root: import.meta.dirname,
  base: '/admin/',
  plugins: [react(), tailwindcss(), sonnerWithoutStyleTag()],
  html: { cspNonce: '__CSP_NONCE__' },
  optimizeDeps: { exclude: ['sonner'] },
  build: {
    target: 'es2023',
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: { port: 5173, proxy: { '/trpc': api, '/api': api } },
})
