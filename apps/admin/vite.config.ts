import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
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

/** The maps lie beside what is served, not in it: the server reads them to lead a stack back to our sources. */
function mapsApart(): Plugin {
  return {
    name: 'maps-apart',
    apply: 'build',
    writeBundle({ dir = '' }, bundle) {
      mkdirSync(join(dir, 'maps'), { recursive: true })
      for (const name of Object.keys(bundle).filter((name) => name.endsWith('.map'))) {
        const { sourcesContent: _ours, ...map } = JSON.parse(readFileSync(join(dir, name), 'utf8'))
        writeFileSync(join(dir, 'maps', basename(name)), JSON.stringify(map))
        rmSync(join(dir, name))
      }
    },
  }
}

export default defineConfig({
  root: import.meta.dirname,
  base: '/admin/',
  plugins: [react(), tailwindcss(), sonnerWithoutStyleTag(), mapsApart()],
  html: { cspNonce: '__CSP_NONCE__' },
  optimizeDeps: { exclude: ['sonner'] },
  build: {
    target: 'es2023',
    outDir: 'dist',
    emptyOutDir: true,
    sourcemap: 'hidden',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: { port: 5173, proxy: { '/trpc': api, '/api': api } },
})
