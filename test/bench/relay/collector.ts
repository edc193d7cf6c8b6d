/**
 * A live OTLP/HTTP collector that reads what it is sent and keeps nothing.
 *
 *     node test/bench/relay/collector.ts PORT
 */
import { createServer } from 'node:http';

const [port = '0'] = process.argv.slice(2);

createServer((incoming, response) => {
  incoming.resume();
  incoming.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/x-protobuf' });
    response.end();
  });
}).listen(Number(port), '127.0.0.1');
