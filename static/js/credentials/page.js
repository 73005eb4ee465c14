// The page of one credential.

import { loadForm } from "./form.js";

const holder = document.getElementById("credential");
const { type, name, list } = holder.dataset;
const leave = () => location.assign(list);

loadForm(holder, type, name, { saved: leave, cancel: leave });
