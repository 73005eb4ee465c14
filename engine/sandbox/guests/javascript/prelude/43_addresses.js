// Domains, URLs and mail addresses in texts, and what expressions ask of them.
"use strict";
(() => {
  const HOST = "(?:(?:[\\w-]+\\.)+(?:[a-z]{2,}|xn--[a-z0-9]+)|localhost|\\d{1,3}(?:\\.\\d{1,3}){3})";
  const SITE = `(?:www\\.)?${HOST}`;
  const REST = "(?::\\d+)?(?:/[^\\s?]*)?(?:\\?[^\\s#]*)?(?:#\\S*)?$";
  const URL_IN = new RegExp(`(?:https?|ftp)://${SITE}\\S*`, "i");
  const IS_URL = new RegExp(`^${URL_IN.source}$`, "i");
  const IS_DOMAIN = new RegExp(`^${SITE}${REST}`, "i");
  const DOMAIN_OF = new RegExp(`^(?:(?:https?|ftp)://)?(?:mailto:)?(?://)?(${SITE})${REST}`, "i");

  const WORD = '[^<>()[\\]\\\\.,;:\\s@"]+';
  const MAIL_HOST = "\\[\\d{1,3}(?:\\.\\d{1,3}){3}\\]|(?:[a-z0-9-]+\\.)+[a-z]{2,}";
  const EMAIL = new RegExp(`(?:${WORD}(?:\\.${WORD})*|".+")@(${MAIL_HOST})`, "i");

  // --- the path of a URL, as the WHATWG's URL standard writes it ----------------------------------------
  const DEFAULT_HOST = /^(?:https?|wss?|ftp)$/;
  const encoded = (path) =>
    path.replace(/[^\x21\x24-\x3b\x3d\x40-\x5f\x61-\x7a\x7c\x7e]/gu, (sign) => (sign === "%" ? sign : encodeURIComponent(sign)));
  const resolved = (path) => {
    const segments = [];
    const given = path.split("/").slice(1);
    given.forEach((segment, at) => {
      const plain = segment.replace(/%2e/gi, ".");
      if (plain === "..") segments.pop();
      else if (plain !== ".") segments.push(segment);
      if (at === given.length - 1 && /^\.\.?$/.test(plain)) segments.push("");
    });
    return `/${segments.join("/")}`;
  };
  const isHost = (authority) => {
    const host = authority.slice(authority.lastIndexOf("@") + 1);
    return /^(?:\[[\da-f:.]+\]|[^\s#%/:<>?@[\\\]^|]+)(?::\d{0,5})?$/i.test(host);
  };
  const extractUrlPath = (text) => {
    const clean = text.replace(/^[\0- ]+|[\0- ]+$|[\t\n\r]/g, "");
    const found = /^([a-z][a-z\d+.-]*):([^?#]*)/i.exec(clean);
    if (!found) return undefined;
    const scheme = found[1].toLowerCase();
    const special = DEFAULT_HOST.test(scheme) || scheme === "file";
    const rest = special ? found[2].replaceAll("\\", "/") : found[2];
    if (DEFAULT_HOST.test(scheme)) {
      const [, authority, path] = /^\/*([^/]*)(.*)$/s.exec(rest);
      return isHost(authority) ? resolved(encoded(path || "/")) : undefined;
    }
    const path = rest.replace(/^\/\/[^/]*/, "");
    if (special) return resolved(encoded(path.startsWith("/") ? path : `/${path}`));
    return path.startsWith("/") ? resolved(encoded(path)) : path;
  };

  const isEmail = (text) => EMAIL.test(text) && !text.includes(" ");
  __qflow.addresses = {
    extractDomain: (text) => (isEmail(text) ? EMAIL : DOMAIN_OF).exec(text)?.[1],
    extractEmail: (text) => EMAIL.exec(text)?.[0],
    extractUrl: (text) => URL_IN.exec(text)?.[0],
    extractUrlPath,
    isDomain: (text) => IS_DOMAIN.test(text),
    isEmail,
    isUrl: (text) => IS_URL.test(text),
  };
})();
