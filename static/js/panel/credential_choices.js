// Which credentials a field offers. Pure functions.

export function isSame(one, other) {
  return Boolean(one && other) && one.type === other.type && one.name === other.name;
}

/** Types with the credentials of each by name: [{type, label, names: [{name, filled}]}]; what is chosen is
    among them even where there is no such credential yet. */
export function choicesOf(types, { credentials, labels }, chosen) {
  const all = chosen?.name && !credentials.some((one) => isSame(one, chosen)) ? [...credentials, { ...chosen, filled: false }] : credentials;
  const shown = chosen?.type && !types.includes(chosen.type) ? [...types, chosen.type] : types;
  return shown.map((type) => ({
    type,
    label: labels[type] ?? type,
    names: all.filter((one) => one.type === type).map(({ name, filled }) => ({ name, filled })),
  }));
}
