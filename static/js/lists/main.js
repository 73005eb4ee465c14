// Puts picking, menus and asking first into pages with lists.

import { askFirst } from "./confirming.js";
import { closeMenus } from "./menus.js";
import { keepPicks } from "./picking.js";

for (const form of document.querySelectorAll("form[data-picks]")) keepPicks(form);
closeMenus();
askFirst();
