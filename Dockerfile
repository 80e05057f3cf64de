FROM node:24-bookworm-slim AS workspace
WORKDIR /app
ENV PATH=/app/node_modules/.bin:$PATH
COPY . .

FROM workspace AS builds
RUN npx --yes pnpm@12.21.0 install --frozen-lockfile --filter @trunkline/admin... --filter @trunkline/api... \
  && npx --yes pnpm@12.21.0 --filter @trunkline/admin --filter @trunkline/api build

# what is built holds its libraries; the files of Swagger UI are read from their package
FROM workspace AS dependencies
RUN npx --yes pnpm@12.21.0 install --frozen-lockfile --prod --no-optional --filter @trunkline/api...

FROM node:24-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 TRUNKLINE_DATA_DIR=/data
RUN mkdir /data && chown node:node /data
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=dependencies /app/apps/api ./apps/api
COPY --from=dependencies /app/packages/db/migrations ./packages/db/migrations
COPY --from=builds /app/apps/api/dist ./apps/api/dist
COPY --from=builds /app/apps/admin/dist ./apps/admin/dist
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/api/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=32", "apps/api/dist/main.js"]
