import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The page as one script and one style, which report/html.ts and the live server put into one document. */
export default defineConfig({
  publicDir: false,
  // Preact's own checks would be in the page otherwise.
  define: { 'process.env.NODE_ENV': '"production"' },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: at('dist/view'),
    target: 'es2022',
    cssCodeSplit: false,
    lib: { entry: at('src/report/view/main.tsx'), formats: ['iife'], name: 'loadwitness', fileName: () => 'page.js', cssFileName: 'page' },
  },
});
