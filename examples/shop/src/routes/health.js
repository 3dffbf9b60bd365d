export async function health(app) {
  app.get('/health', async () => ({ status: 'ok', uptime: Math.round(process.uptime()) }));
}
