// The page that is shown, as it is now on the server: what every script fetches that looks again.

/** Resolves to the document. What cannot be had is an Error with its `status`, or of the network. */
export async function fetched() {
  const answer = await fetch(location.href, { headers: { "X-Scripted": "1" }, signal: AbortSignal.timeout(20_000) });
  if (!answer.ok) throw Object.assign(new Error(`status ${answer.status}`), { status: answer.status });
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}
