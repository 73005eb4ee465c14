// Does once, before the snapshot, what libraries would otherwise do at the first use in every instance.
"use strict";
(() => {
  const { compileTemplate, contextOf, render, sharedOf, zoneAt } = __qflow;
  const ZONES =
    "UTC Europe/London Europe/Berlin Europe/Paris Europe/Madrid Europe/Rome Europe/Amsterdam Europe/Zurich " +
    "Europe/Vienna Europe/Warsaw Europe/Lisbon Europe/Moscow Europe/Istanbul America/New_York America/Chicago " +
    "America/Denver America/Los_Angeles America/Toronto America/Mexico_City America/Sao_Paulo " +
    "America/Argentina/Buenos_Aires Asia/Tokyo Asia/Shanghai Asia/Hong_Kong Asia/Singapore Asia/Kolkata " +
    "Asia/Calcutta Asia/Dubai Australia/Sydney Africa/Johannesburg Africa/Cairo";
  const SAMPLES = [
    "{{ $json.a + 1 }} {{ $json.list.map(x => x * 2).sum() }}",
    "{{ (() => { const { a, b = 2 } = $json; let c = `${a}-${b}`; return c?.length })() }}",
    "{{ $now.toISO() }} {{ $today.plus(1, 'day').format('yyyy-MM-dd HH:mm') }} {{ $now.toLocaleString() }}",
    "{{ '2024-03-30T18:49'.toDateTime().setZone('Europe/Berlin').diffTo('2024-01-01', 'days') }}",
    "{{ /^\\d+$/.test('12') ? { x: [1, 2, ...$json.list], 'y': null } : undefined }}",
    "{{ (1234.5).format() }} {{ 'a b'.toTitleCase() }} {{ $jmespath($json, 'list[0]') }}",
  ];
  for (const zone of ZONES.split(" ")) zoneAt(zone, 0);
  __qflow.setZone("America/New_York");
  const shared = sharedOf({ items: [{ json: { a: 1, list: [1, 2] } }], context: {} });
  for (const sample of SAMPLES) render(compileTemplate(sample), contextOf(shared, 0, false));
  __qflow.setZone("UTC");
})();
