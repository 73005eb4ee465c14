// Menus made of <details class="more">: one is closed by a choice, by Escape, or by a press beside it.

export function closeMenus(root = document) {
  const shut = (kept) => {
    for (const menu of root.querySelectorAll("details.more[open]")) if (menu !== kept) menu.open = false;
  };
  root.addEventListener("pointerdown", (event) => shut(event.target.closest("details.more")));
  root.addEventListener("click", (event) => {
    if (event.target.closest(".more-list a")) shut(null);
  });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest("details.more[open]");
    shut(null);
    menu?.querySelector("summary").focus();
  });
}
