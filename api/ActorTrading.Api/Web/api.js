// Who is looking on, and how the page asks for things.

let token = null;
let renew = null;

export const accessToken = () => token;

export async function get(path) {
  let response = await fetch(`api/v1${path}`, { headers: { Authorization: `Bearer ${token}` } });
  if (response.status === 401 && renew && await renew()) {
    response = await fetch(`api/v1${path}`, { headers: { Authorization: `Bearer ${token}` } });
  }
  if (!response.ok) throw new Error(await problem(response));
  return response.json();
}

/** Every page of a list. */
export async function getAll(path) {
  const items = [];
  for (let cursor = ''; cursor !== null;) {
    const page = await get(`${path}?limit=500${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    items.push(...page.items);
    cursor = page.next ?? null;
  }
  return items;
}

/** A session for looking on, where this installation shows a demo; false where it does not. */
export async function startDemo() {
  const response = await fetch('demo/session');
  if (!response.ok) return false;
  take(await response.json(), startDemo);
  return true;
}

export async function signIn(login, password, otp) {
  take(await post('auth/login', { login, password, otp: otp || undefined }));
}

function take(session, again) {
  token = session.accessToken;
  let refreshToken = session.refreshToken;
  renew = again ?? (async () => {
    try {
      const next = await post('auth/refresh', { refreshToken });
      ({ accessToken: token, refreshToken } = next);
      setTimeout(renew, renewalDelay(next));
      return true;
    } catch {
      return false;
    }
  });
  setTimeout(renew, renewalDelay(session));
}

/** A minute before the token ends. */
const renewalDelay = session => Math.max(10, session.expiresIn - 60) * 1000;

async function post(path, body) {
  const response = await fetch(`api/v1/${path}`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await problem(response));
  return response.json();
}

const problem = async response => (await response.json().catch(() => ({}))).detail ?? `The server answered ${response.status}.`;
