import { WebSocketServer, WebSocket } from 'ws';

const MAX_BUFFERED = 64 * 1024;

/** Sends every new order to whoever watches `ws://…/live`. */
export function attachLiveFeed(server) {
  const sockets = new WebSocketServer({ server, path: '/live' });
  return {
    announce(order) {
      const message = JSON.stringify({
        type: 'order',
        id: order.id,
        quantity: order.quantity,
        cents: order.cents,
      });
      for (const socket of sockets.clients) {
        // A watcher that cannot keep up misses updates; it does not make us keep them.
        if (socket.readyState === WebSocket.OPEN && socket.bufferedAmount < MAX_BUFFERED)
          socket.send(message);
      }
    },
  };
}
