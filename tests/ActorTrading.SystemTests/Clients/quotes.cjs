// An independent client: @microsoft/signalr on Node. Prints every quote it is sent, one a line, until its input ends.
// node quotes.cjs <folder of node_modules> <base address> <token> <symbol> <quotes per second, 0 for all>
const [modules, address, token, symbol, rate] = process.argv.slice(2);
const signalr = require(require('path').join(modules, '@microsoft/signalr'));
const connection = new signalr.HubConnectionBuilder()
  .withUrl(`${address}/hubs/trading`, { accessTokenFactory: () => token })
  .configureLogging(signalr.LogLevel.Error)
  .build();
connection.on('MarketData', quotes => {
  for (const q of quotes) process.stdout.write(`${q.symbol},${Date.parse(q.time)},${q.bid},${q.ask}\n`);
});
connection.on('AlertTriggered', a => { process.stdout.write(`alert,${a.alertId},${Date.parse(a.time)},${a.price}\n`); });
connection.start()
  .then(() => connection.invoke('SubscribeSymbols', [symbol], Number(rate)))
  .then(() => process.stdout.write('ready\n'))
  .catch(e => { process.stderr.write(`${e}\n`); process.exit(1); });
process.stdin.on('end', () => connection.stop().then(() => process.exit(0)));
process.stdin.resume();
