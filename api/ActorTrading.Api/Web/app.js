// The live screen: signs in, asks once for what there is, then lives from the hub.

import { accessToken, get, getAll, onSignedOut, signIn, startDemo } from './api.js';
import { countQuotes, showSymbols, takeQuotes } from './quotes.js';
import { showAccounts, takeStatus, takeTrade } from './trades.js';
import { takeAlert } from './alerts.js';

/** As many as one connection may follow. */
const AccountsMax = 500;

const lastSeq = new Map();
let lastNotification = 0;
let hub = null;
let symbols = [];

let awaySince = null;

/** What is shown while the connection is gone is dimmed: it is what was, not what is. */
function state(name, text = name) {
  const shown = document.querySelector('#connection');
  shown.dataset.state = name;
  shown.textContent = text;
  document.body.classList.toggle('stale', name === 'disconnected');
}

function away(text) {
  awaySince ??= Date.now();
  state('disconnected', text);
}

function back() {
  const seconds = awaySince === null ? 0 : Math.round((Date.now() - awaySince) / 1000);
  awaySince = null;
  state('connected', seconds > 0 ? `connected again after ${seconds} s, trades caught up` : 'connected');
  if (seconds > 0) setTimeout(() => awaySince === null && state('connected'), 10_000);
}

async function open() {
  const [list, accounts, links] = await Promise.all([get('/market/symbols'), getAll('/accounts'), getAll('/copy-trading/links')]);
  symbols = list.items;
  lastSeq.clear();
  lastNotification = 0;
  showSymbols(symbols);
  const shown = showAccounts(accounts, links);
  // A little of the past, so that the screen is not empty: the ledger's last entries.
  for (const account of shown.slice(0, AccountsMax)) lastSeq.set(account.id, Math.max(0, account.seq - 12));
  document.querySelector('#screen').hidden = false;
  showAlerts((await get('/users/me/notifications?limit=10')).items.reverse());
  await connect();
}

function showAlerts(notifications) {
  for (const { seq, payload } of notifications) {
    lastNotification = Math.max(lastNotification, seq);
    if (payload.alertId) takeAlert(payload);
  }
}

/** Ends the connection for good; its own attempts to come back see that it is not the one any more. */
async function leave() {
  const ended = hub;
  hub = null;
  await ended?.stop();
}

async function connect() {
  await leave();
  const mine = hub = new signalR.HubConnectionBuilder()
    .withUrl('hubs/trading', { accessTokenFactory: accessToken })
    .withAutomaticReconnect({ nextRetryDelayInMilliseconds: retry => Math.min(10_000, 500 * 2 ** retry.previousRetryCount) })
    .configureLogging(signalR.LogLevel.Warning)
    .build();
  hub.on('MarketData', takeQuotes);
  hub.on('TradeUpdate', update => {
    lastSeq.set(update.accountId, update.seq);
    takeTrade(update);
  });
  hub.on('AccountStatus', takeStatus);
  hub.on('AlertTriggered', takeAlert);
  hub.on('ConnectionStatus', () => {});
  hub.on('SystemStatus', () => {});
  hub.onreconnecting(() => away('connection lost: reconnecting'));
  hub.onreconnected(() => start(mine));
  hub.onclose(() => {
    if (mine !== hub) return;
    away('connection lost: reconnecting');
    setTimeout(() => start(mine), 2000);
  });
  await start(mine);
}

async function start(mine) {
  if (mine !== hub) return;
  try {
    if (mine.state === signalR.HubConnectionState.Disconnected) await mine.start();
    await subscribe(mine);
    // What has fired while nobody listened; what was shown already is not shown twice.
    showAlerts((await get(`/users/me/notifications?after=${lastNotification}&limit=50`)).items);
    back();
  } catch (error) {
    if (mine !== hub) return;
    away(`no connection, trying again: ${error.message}`);
    setTimeout(() => start(mine), 3000);
  }
}

/** Also after a break: each account goes on after the last entry seen. */
async function subscribe(hub) {
  await hub.invoke('SubscribeSymbols', symbols.map(s => s.symbol));
  for (const [account, seq] of lastSeq) await hub.invoke('SubscribeAccount', account, seq);
}

onSignedOut(async () => {
  await leave();
  state('signed-out', 'signed out: sign in again');
  document.querySelector('#sign-in').hidden = false;
});

setInterval(() => {
  document.querySelector('#rate').textContent = `${countQuotes()} quotes/s on this screen`;
}, 1000);

const form = document.querySelector('#sign-in');
form.addEventListener('submit', async event => {
  event.preventDefault();
  const { login, password, otp } = Object.fromEntries(new FormData(form));
  try {
    await signIn(login, password, otp);
    form.hidden = true;
    await open();
  } catch (error) {
    form.hidden = false;
    document.querySelector('#sign-in-error').textContent = error.message;
  }
});

if (!window.signalR) {
  state('disconnected', 'signalr.min.js is missing: install npm and build again');
} else if (await startDemo()) {
  await open();
} else {
  state('signed-out', 'not signed in');
  form.hidden = false;
}
