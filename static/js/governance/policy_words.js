// What a validator reads before it signs a version of the policy, made from the very bytes that are signed
// (docs/governance.md, "The signed policy"). Bodies are decoded maps; ``before`` is null for the first version.

const FORM = "qflow/policy/1";
const SHOWN_MAX = 12;

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

const listed = (value) => (Array.isArray(value) ? value.map((one) => (typeof one === "string" ? one : JSON.stringify(one))) : null);

function partLines(name, old, now) {
  const [before, after] = [listed(old ?? []), listed(now ?? [])];
  if (before === null || after === null) return [`${name} becomes ${JSON.stringify(now ?? null)}`];
  const [had, has] = [new Set(before), new Set(after)];
  return [
    ...before.filter((one) => !has.has(one)).map((one) => `${name}: without ${one}`),
    ...after.filter((one) => !had.has(one)).map((one) => `${name}: with ${one}`),
  ];
}

function changes(old, now) {
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
  const found = names.filter((name) => !same(old[name], now[name])).flatMap((name) => partLines(name, old[name], now[name]));
  const more = found.length - SHOWN_MAX;
  return more > 0 ? [...found.slice(0, SHOWN_MAX), `and ${more} changes more, which the page lists`] : found;
}

// The lines; throws where the bodies are not what the page asked about.
export function policyLines(body, before, beforeCid, { dao, subnet, version }) {
  const wanted = body.form === FORM && body.dao === dao && body.subnet === subnet && body.version === version;
  if (!wanted || body.prior !== beforeCid) throw new Error("The node prepared another policy than was asked for. Reload the page.");
  const signers = Object.keys(body.keys);
  const changed = changes(before?.document ?? {}, body.document);
  const keys = before && (!same(before.keys, body.keys) || before.threshold !== body.threshold);
  return [
    `Version ${version} of the policy of the subnet ${subnet}, which ends on ${new Date(body.expires / 1000).toISOString().slice(0, 10)}.`,
    ...(changed.length ? changed : ["It says what the version before says, and lasts longer."]),
    `${body.threshold} of these ${signers.length} keys sign the version after it${keys ? ", which is a change" : ""}: ${signers.join(", ")}`,
  ];
}
