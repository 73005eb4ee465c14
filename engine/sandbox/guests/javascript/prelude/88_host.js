// The host behind capability tokens, as code sees it: $helpers, $kv and $getWorkflowStaticData.
//
// The host answers at once, so that what looks asynchronous is done when the promise is made.
"use strict";
(() => {
  const { fail, isPlain, native, plainText, same } = __qflow;
  const numbers = new WeakMap(); // of the host's errors, for those that the code does not catch

  class HostError extends Error {
    constructor(told) {
      super(told.message);
      this.name = "HostError";
      this.code = told.code;
      this.type = told.type;
      this.retryable = told.retryable;
      numbers.set(this, told.number);
    }
  }
  class HttpError extends Error {
    constructor(response) {
      super(`Request failed with status code ${response.statusCode}`);
      this.name = "HttpError";
      this.httpCode = String(response.statusCode);
      this.statusCode = response.statusCode;
      this.response = response;
    }
  }
  let asked = false;
  const ask = (operation, request) => {
    asked = true;
    const { value, error } = JSON.parse(native.host(plainText({ operation, request })));
    if (error) throw new HostError(error);
    return value;
  };

  // --- HTTP ---------------------------------------------------------------------------------------
  const REFUSED = {
    skipSslCertificateValidation: "certificates are always checked",
    proxy: "the node's own way out is used",
  };
  const list = (value) => (Array.isArray(value) ? value : [value]);
  const pairs = (fields) =>
    Object.entries(fields)
      .filter(([, value]) => value !== undefined && value !== null)
      .flatMap(([name, value]) => list(value).map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`))
      .join("&");
  const addressOf = ({ url, baseURL, qs }) => {
    const bare = String(url ?? fail("httpRequest needs a url"));
    const whole = baseURL && !/^[a-z][a-z0-9+.-]*:/i.test(bare)
      ? `${String(baseURL).replace(/\/+$/, "")}/${bare.replace(/^\/+/, "")}`
      : bare;
    const query = typeof qs === "string" ? qs.replace(/^\?/, "") : pairs(qs ?? {});
    return query ? whole + (whole.includes("?") ? "&" : "?") + query : whole;
  };
  const base64 = (view) => {
    const bytes = view instanceof ArrayBuffer ? new Uint8Array(view) : new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return btoa(text);
  };
  const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const bodyOf = (body, headers) => {
    if (body === undefined || body === null) return {};
    if (typeof body === "string") return { body };
    if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return { bodyBase64: base64(body) };
    const type = Object.entries(headers).find(([name]) => name.toLowerCase() === "content-type")?.[1];
    return String(type).includes("x-www-form-urlencoded") ? { body: pairs(body) } : { json: body };
  };
  const requestOf = (options) => {
    for (const name of Object.keys(REFUSED)) {
      if (options[name]) fail(`httpRequest: ${name} cannot be used: ${REFUSED[name]}`);
    }
    const headers = { ...options.headers };
    const { username, password } = options.auth ?? {};
    if (options.auth) headers.Authorization = `Basic ${base64(native.utf8(`${username ?? ""}:${password ?? ""}`))}`;
    const request = { method: options.method ?? "GET", url: addressOf(options), headers, ...bodyOf(options.body, headers) };
    if (options.timeout) request.timeoutMs = Number(options.timeout);
    if (options.disableFollowRedirect) request.follow = false;
    if (options.secrets) request.secrets = options.secrets;
    return request;
  };
  const contentOf = (answer, options) => {
    const { body, bodyBase64, headers } = answer;
    if (options.encoding === "arraybuffer") return bodyBase64 === undefined ? new Uint8Array(native.utf8(body)) : bytesOf(bodyBase64);
    const text = body ?? native.text(bytesOf(bodyBase64).buffer);
    if (options.encoding === "text" || !(options.json || /[/+]json\b/.test(headers["content-type"] ?? ""))) return text;
    try {
      return text === "" ? text : JSON.parse(text);
    } catch {
      return text;
    }
  };
  const httpRequest = async (given) => {
    const options = typeof given === "string" ? { url: given } : (given ?? fail("httpRequest needs options"));
    const answer = ask(options.secrets ? "secret" : "http", requestOf(options));
    const response = {
      body: contentOf(answer, options),
      headers: answer.headers,
      statusCode: answer.status,
      statusMessage: answer.reason,
    };
    if (answer.status >= 400 && !options.ignoreHttpStatusErrors) throw new HttpError(response);
    return options.returnFullResponse ? response : response.body;
  };

  // --- modules of the subnet ---------------------------------------------------------------------
  const callModule = async (module, action, input) => ask("module", { module, action, input: input ?? null }).output;

  // --- values of the flow -----------------------------------------------------------------------
  const kv = (action, key, more) => ask("kv", { action, key, ...more });
  const $kv = Object.freeze({
    get: async (key, otherwise) => {
      const { found, value } = kv("get", key);
      return found ? value : otherwise;
    },
    entry: async (key) => kv("get", key),
    set: async (key, value, options = {}) => kv("set", key, { value, ...options }).revision,
    delete: async (key, options = {}) => kv("delete", key, options).deleted,
    list: async (prefix = "", options = {}) => kv("list", prefix, options).keys,
  });

  // --- static data: one object for the flow, or for a step, written back when the code has ended -----
  const staticData = (shared) => {
    const kept = new Map();
    const get = (kind) => {
      if (kind !== "global" && kind !== "node") fail("$getWorkflowStaticData takes 'global' or 'node'");
      const key = kind === "global" ? "static:global" : `static:node:${shared.node}`;
      if (!kept.has(key)) {
        const { value, revision } = kv("get", key);
        const data = isPlain(value) ? value : {};
        kept.set(key, { data, revision, before: structured(data) });
      }
      return kept.get(key).data;
    };
    const save = () => {
      for (const [key, { data, revision, before }] of kept) {
        if (!same(structured(data), before)) kv("set", key, { value: structured(data), expected: revision });
      }
    };
    return { get, save };
  };
  const structured = (data) => JSON.parse(plainText(data));

  // Whether the host was asked for anything since this was last called.
  const wasAsked = () => {
    const was = asked;
    asked = false;
    return was;
  };
  __qflow.host = {
    wasAsked,
    numberOf: (error) => (typeof error === "object" && error !== null ? numbers.get(error) : undefined),
    helpers: Object.freeze({ httpRequest, callModule }),
    ask,
    kv: $kv,
    staticData,
  };
})();
